import { remind, type Timers } from '@varve/eventstore';
import type { Message } from '../../message/message.js';
import { quoted } from '../../message/printable.js';
import { SubscriberHangsError } from '../../transport/errors.js';
import type { MessageContext, MessageHandler } from '../../transport/subscription.js';

/** When a handler is first told to be slow, in milliseconds; then after twice the time, again and again. */
const SLOW = 10_000;

export interface HandlerWatchOptions {
  /** The subscriber's name. */
  readonly name: string;
  readonly timers: Timers;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** Told who takes long, as the beginning of a sentence. */
  readonly onSlow: (handling: string) => void;
}

interface Running {
  readonly message: Message;
  readonly since: number;
  readonly giveUp: (error: SubscriberHangsError) => void;
}

/**
 * Waits for a subscriber's handlers: says who takes long, and gives up on who has not ended when there is no more time. To the broker that is
 * a message that failed, and comes again.
 */
export class HandlerWatch {
  readonly #options: HandlerWatchOptions;
  readonly #running = new Set<Running>();
  #over: SubscriberHangsError | undefined;

  constructor(options: HandlerWatchOptions) {
    this.#options = options;
  }

  watched(handler: MessageHandler): MessageHandler {
    return (message, context) => this.#run(handler, message, context);
  }

  /** No handler is waited for any more, and none begins. Answers who was given up on, if anybody was. */
  giveUp(): SubscriberHangsError | undefined {
    const hanging = [...this.#running];
    if (hanging.length === 0) return undefined;
    this.#over = new SubscriberHangsError(hanging.map((each) => this.#describe(each)));
    for (const { giveUp } of hanging) giveUp(this.#over);
    return this.#over;
  }

  async #run(handler: MessageHandler, message: Message, context: MessageContext): Promise<void> {
    if (this.#over) throw this.#over;
    const aborted = new AbortController();
    const abort = (): void => aborted.abort(context.signal.reason);
    context.signal.addEventListener('abort', abort);
    if (context.signal.aborted) abort();
    const givenUp = Promise.withResolvers<never>();
    const running: Running = {
      message,
      since: this.#options.clock(),
      giveUp: (error) => {
        givenUp.reject(error);
        aborted.abort(error);
      },
    };
    this.#running.add(running);
    const { timers, onSlow } = this.#options;
    const cancel = remind(timers, SLOW, () => onSlow(this.#describe(running)));
    try {
      const handled = handler(message, { ...context, signal: aborted.signal });
      await Promise.race([handled, givenUp.promise]);
    } finally {
      cancel();
      context.signal.removeEventListener('abort', abort);
      this.#running.delete(running);
    }
  }

  /** Without the message's data, which is nobody's business in a log. */
  #describe({ message: { topic, key, event }, since }: Running): string {
    const seconds = Math.round((this.#options.clock() - since) / 1000);
    const what = `message ${quoted(event.id, LONGEST)} of topic "${topic}" with key ${quoted(key, LONGEST)}`;
    return `subscriber "${this.#options.name}" has not ended with ${what} for ${seconds} s`;
  }
}

const LONGEST = 200;
