import type { Message } from '../../message/message.js';
import type { MessageHandler, Subscription } from '../../transport/subscription.js';
import type { Handling } from './bench.js';
import { equal, until } from './check.js';

/** What came to one subscription. Everything may come more than once, so ids count by their first time. */
export class Inbox {
  readonly messages: Message[] = [];
  readonly attempts = new Map<string, number[]>();
  /** The ids whose handler has resolved, in that order. */
  readonly handled: string[] = [];
  /** The most handlers that ran at the same time. */
  peak = 0;
  subscription!: Subscription;
  #running = 0;

  constructor(
    readonly group: string,
    private readonly handling: Handling,
    private readonly patience: number,
  ) {}

  readonly handler: MessageHandler = async (message, context) => {
    const { id } = message.event;
    this.messages.push(message);
    this.attempts.set(id, [...(this.attempts.get(id) ?? []), context.attempt]);
    this.peak = Math.max(this.peak, ++this.#running);
    try {
      await this.handling(message, context);
      this.handled.push(id);
    } finally {
      this.#running -= 1;
    }
  };

  /** Each once, in the order of its first coming. */
  get ids(): string[] {
    return [...new Set(this.messages.map(({ event }) => event.id))];
  }

  /** Each once, in the order in which they were first handled to the end. */
  get done(): string[] {
    return [...new Set(this.handled)];
  }

  find(id: string): Message | undefined {
    return this.messages.find(({ event }) => event.id === id);
  }

  /** Resolves when all of these have been handled; others may have come, too. */
  async gets(...ids: readonly string[]): Promise<void> {
    const missing = (): string[] => ids.filter((id) => !this.handled.includes(id));
    const isDone = (): boolean => missing().length === 0;
    await until(
      isDone,
      this.patience,
      () => `${missing().length} messages did not come, such as ${missing()[0]}`,
    );
  }

  /** Resolves when exactly these have been handled. */
  async getsOnly(...ids: readonly string[]): Promise<void> {
    await this.gets(...ids);
    equal(this.ids.toSorted(), [...ids].sort(), 'what came');
  }
}
