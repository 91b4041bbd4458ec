import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { reportUnclosed } from '@varve/eventstore/nest';
import type { MessageBus } from '../../transport/message-bus.js';
import type { BusOptions } from './bus-options.js';
import { logBusNotice } from './log-bus-notice.js';
import { openBus } from './open-bus.js';

/**
 * Makes a bus when it is asked for (a test that replaces it never asks) and closes what it has made, after the HTTP server has drained:
 * appends of requests in flight are published in two phases until then.
 */
export class BusLifetime implements OnApplicationShutdown {
  readonly #logger = new Logger('BusModule');
  readonly #users: (() => Promise<void>)[] = [];
  #opened: MessageBus | undefined;
  #forget: () => void = () => undefined;

  constructor(
    private readonly busName: string,
    private readonly options: BusOptions,
  ) {}

  async open(): Promise<MessageBus | undefined> {
    const bus = await openBus(this.options);
    this.#forget = bus?.onNotice((notice) => logBusNotice(this.#logger, notice)) ?? this.#forget;
    if (typeof this.options.bus !== 'object') this.#opened = bus;
    return bus;
  }

  /** What still uses the bus when nobody waits for it, such as the second phase of an append. */
  waitBeforeClosing(idle: () => Promise<void>): void {
    this.#users.push(idle);
  }

  async onApplicationShutdown(): Promise<void> {
    const idle = await Promise.allSettled(this.#users.map((each) => each()));
    const closed = await Promise.allSettled([this.#opened?.close()]);
    this.#forget();
    for (const outcome of [...idle, ...closed]) {
      if (outcome.status === 'rejected')
        reportUnclosed(this.#logger, `The bus "${this.busName}"`, outcome.reason);
    }
  }
}
