import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE = 60_000;

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
        ? connectPlain({ host, port }, onConnect)
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
