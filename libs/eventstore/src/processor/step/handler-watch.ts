import type { RecordedEvent } from '../../log/event.js';
import { isPromise } from '../../log/is-promise.js';
import { HandlerHangsError, InterruptedError } from '../errors.js';
import { remind } from '../timers.js';
import type { HandledCommit, ProcessorSettings } from '../processor-options.js';
import type { Handling } from './handling.js';

/** When a handler is first told to be slow, in milliseconds; then after twice the time, again and again. A batch is meant to take 25. */
const SLOW = 10_000;

/**
 * Waits for asynchronous handlers: says who takes long, and gives up on who takes too long while the processor is stopping. What a handler
 * does after that is in no transaction any more. One that is synchronous costs nothing here, and cannot be waited for anyway.
 */
export class HandlerWatch {
  readonly #settings: Pick<ProcessorSettings<never>, 'id' | 'clock' | 'timers' | 'announce'>;
  #giveUp: ((error: Error) => void) | undefined;
  #commits = 0;
  #event: RecordedEvent | undefined;
  #since = 0;
  #isOver = false;
  #hung: HandlerHangsError | undefined;

  constructor(settings: Pick<ProcessorSettings<never>, 'id' | 'clock' | 'timers' | 'announce'>) {
    this.#settings = settings;
  }

  /** Whoever was given up on since the last call. */
  takeHung(): HandlerHangsError | undefined {
    const hung = this.#hung;
    this.#hung = undefined;
    this.#isOver = false;
    return hung;
  }

  /** The handler that runs now is not waited for any more, and no other one begins, until `takeHung` was called. */
  giveUp(): void {
    this.#isOver = true;
    if (!this.#giveUp) return;
    this.#hung = new HandlerHangsError([{ ...this.#handling(), processor: this.#settings.id }]);
    this.#giveUp(this.#hung);
  }

  /** `call` is handed a function by which it may say what it waits for, unless that is known: `event`. */
  watch(
    commits: readonly HandledCommit[],
    call: (at: (event: RecordedEvent) => void) => void | Promise<void>,
    event?: RecordedEvent,
  ): void | Promise<void> {
    if (this.#isOver) throw new InterruptedError('The processor is stopping.');
    this.#commits = commits.length;
    this.#event = event;
    const pending = call((at) => (this.#event = at));
    if (isPromise(pending)) return this.#waitFor(pending);
  }

  async #waitFor(pending: PromiseLike<void>): Promise<void> {
    const { clock, timers, announce } = this.#settings;
    this.#since = clock();
    const givenUp = new Promise<never>((_, reject) => (this.#giveUp = reject));
    const cancel = remind(timers, SLOW, () => announce({ kind: 'handler-slow', ...this.#handling() }));
    try {
      await Promise.race([pending, givenUp]);
    } finally {
      cancel();
      this.#giveUp = undefined;
    }
  }

  /** Without the event's data, which is nobody's business in a log. */
  #handling(): Handling {
    const handling = { commits: this.#commits, milliseconds: this.#settings.clock() - this.#since };
    if (!this.#event) return handling;
    const { type, stream, version, position } = this.#event;
    return { ...handling, event: { type, stream, version, ...(position !== undefined && { position }) } };
  }
}
