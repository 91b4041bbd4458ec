import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Looks often enough that a request which never ends is let go soon after its time; Node looks every 30 seconds. */
const CHECKS_PER_TIMEOUT = 10;

/** Node's own default, in milliseconds. */
const LONGEST_KEEP_ALIVE = 5_000;

const MILLISECONDS_BETWEEN_SWEEPS = 50;

/** Express on a server that waits only so long for a request to arrive, also while it shuts down. */
export class BoundedExpressAdapter extends ExpressAdapter {
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
    this.httpServer = createServer(times, this.getInstance());
  }

  /**
   * Node stops looking at request times when a server closes, and a kept-alive connection that falls idle after that stays: one client that
   * never finishes its request would keep the process from ending.
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
      await super.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(deadline);
    }
  }
}
