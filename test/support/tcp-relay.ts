import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Passes bytes on to a server until it is frozen: from then on it takes bytes and connections, and answers nothing. Without a server to pass
 * them on to it is frozen from the beginning.
 */
export class TcpRelay {
  readonly #listener: Server;
  readonly #target: Address | undefined;
  readonly #sockets = new Set<Socket>();
  #isFrozen: boolean;

  private constructor(target: Address | undefined) {
    this.#target = target;
    this.#isFrozen = target === undefined;
    this.#listener = createServer((socket) => this.#take(socket));
  }

  static async open(target?: Address): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    relay.#listener.listen(0, '127.0.0.1');
    await once(relay.#listener, 'listening');
    return relay;
  }

  get host(): string {
    return `127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** How many connect to it at this moment. */
  get connections(): number {
    return this.#sockets.size;
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    const onward = this.#target && !this.#isFrozen ? connect(this.#target) : undefined;
    onward?.on('error', () => socket.destroy());
    onward?.on('data', (bytes) => this.#isFrozen || socket.write(bytes));
    socket.on('data', (bytes) => this.#isFrozen || onward?.write(bytes));
    socket.on('close', () => onward?.destroy());
  }
}
