import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Looks often enough that a request which never ends is let go soon after its time; Node looks every 30 seconds. */
const CHECKS_PER_TIMEOUT = 10;

/** Node's own default, in milliseconds. */
const LONGEST_KEEP_ALIVE = 5_000;

const MILLISECONDS_BETWEEN_SWEEPS = 50;

/** Express on a server that waits only so long for a request to arrive, also while it shuts down. */
export class BoundedExpressAdapter extends ExpressAdapter {
  private readonly sockets = new Set<Socket>();

  constructor(private readonly requestTimeout: number) {
    super();
  }

  override initHttpServer(): void {
    const { requestTimeout } = this;
    const connectionsCheckingInterval = Math.ceil(requestTimeout / CHECKS_PER_TIMEOUT);
    const times = {
      requestTimeout,
      headersTimeout: requestTimeout,
      keepAliveTimeout: Math.min(requestTimeout, LONGEST_KEEP_ALIVE),
      connectionsCheckingInterval,
    };
    this.httpServer = createServer(times, this.getInstance<RequestListener>()).on(
      'connection',
      (socket: Socket) => {
        this.sockets.add(socket);
        socket.once('close', () => this.sockets.delete(socket));
      },
    );
  }

  /**
   * Node stops looking at request times when a server closes, does not count a connection as idle on which nothing was ever said, and keeps
   * one that falls idle after that: one client that never finishes its request, or begins none, would keep the process from ending.
   */
  override async close(): Promise<void> {
    const server = this.httpServer as Server;
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, MILLISECONDS_BETWEEN_SWEEPS);
    const deadline = setTimeout(() => {
      server.closeAllConnections();
    }, this.requestTimeout);
    try {
      const closed = super.close();
      for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
      await closed;
    } finally {
      clearInterval(sweep);
      clearTimeout(deadline);
    }
  }
}
