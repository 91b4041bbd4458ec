import type { EventStore, Timers } from '@varve/eventstore';
import type { Message } from '../../message/message.js';
import type { CheckBackAnswer, TwoPhaseBus } from '../../transport/two-phase-bus.js';
import type { PublicationListener } from '../publication-events.js';
import { answerCheckBack, type CheckBackOptions } from './answer-check-back.js';

const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;

export interface CheckBackServiceOptions extends CheckBackOptions {
  readonly bus: TwoPhaseBus;
  readonly log: EventStore;
  readonly topics: readonly string[];
  readonly timers: Timers;
  readonly announce: PublicationListener;
}

/** Answers the broker from the log, from the moment on at which the broker can be reached. */
export class CheckBackService {
  readonly #options: CheckBackServiceOptions;
  #answering: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #retries = 0;
  #closed = false;

  constructor(options: CheckBackServiceOptions) {
    this.#options = options;
  }

  /** Never rejects: what fails is tried again until it works or the service is closed. */
  async start(): Promise<void> {
    try {
      await this.answering();
    } catch (error) {
      this.#options.announce({ kind: 'not-answering', error });
      this.#retryLater();
    }
  }

  /** Resolves when the broker knows whom to ask: nothing is prepared before. */
  answering(): Promise<void> {
    this.#answering ??= this.#register().catch((error: unknown) => {
      this.#answering = undefined;
      throw error;
    });
    return this.#answering;
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
  }

  async #register(): Promise<void> {
    const { bus, topics } = this.#options;
    await bus.onCheck(topics, (message) => this.#answer(message));
  }

  async #answer(message: Message): Promise<CheckBackAnswer> {
    const { log, announce } = this.#options;
    const { topic, key } = message;
    const { answer, why, error } = await answerCheckBack(log, message, this.#options);
    const facts = { kind: 'checked-back', topic, key, answer, why } as const;
    announce(error === undefined ? facts : { ...facts, error });
    return answer;
  }

  #retryLater(): void {
    if (this.#closed) return;
    const delay = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(this.#retries, 10));
    this.#retries += 1;
    this.#cancelRetry = this.#options.timers.after(delay, () => void this.start());
  }
}
