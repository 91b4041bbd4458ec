import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Looks often enough that a request which never ends is let go soon after its time; Node looks every 30 seconds. */
const CHECKS_PER_TIMEOUT = 10;

/** Express on a server that waits only so long for a request to arrive. */
export class BoundedExpressAdapter extends ExpressAdapter {
  constructor(private readonly requestTimeout: number) {
    super();
  }

  override initHttpServer(): void {
    const { requestTimeout } = this;
    const connectionsCheckingInterval = Math.ceil(requestTimeout / CHECKS_PER_TIMEOUT);
    const times = { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval };
    this.httpServer = createServer(times, this.getInstance());
  }
}
