import { isIP, Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE = 60_000;

/**
 * kafkajs (2.2.4) throws where it listens when what comes is no answer of a broker, which nobody could catch: here the connection fails.
 * Behind TLS there is only who has the certificate.
 */
class PlainSocket extends Socket {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'data') return super.emit(event as 'data', ...(args as [Buffer]));
    try {
      return super.emit(event, ...(args as [Buffer]));
    } catch (cause) {
      this.destroy(new Error('What answers there is no broker of Kafka.', { cause }));
      return true;
    }
  }
}

/**
 * The sockets of one client, so that it can be ended whatever it is doing: `disconnect()` of kafkajs waits for answers that may never come,
 * and what it retries afterwards would be sent behind the back of its successor.
 */
export class Sockets {
  readonly #open = new Set<Socket>();
  #isClosed = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#isClosed) throw new Error('This client was closed.');
    // Without TLS kafkajs passes `null`, whatever its types say.
    const tls = ssl as ConnectionOptions | null;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      tls === null
        ? new PlainSocket().connect({ host, port }, onConnect)
        : connectTls({ host, port, ...servername, ...tls }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  destroy(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy(new Error('This client was closed.'));
  }
}
