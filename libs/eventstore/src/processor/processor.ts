import { InterruptedError } from './errors.js';
import { Feeding } from './feed/feeding.js';
import { Idling } from './idling.js';
import { LeaseKeeper } from './lease/lease-keeper.js';
import { settingsOf, type ProcessorOptions, type ProcessorSettings } from './processor-options.js';
import { StatusBoard, type ProcessorStatus } from './processor-status.js';
import { BatchSize } from './step/batch-size.js';
import type { StepResult } from './step/step-result.js';
import { HandlerWatch } from './step/handler-watch.js';
import { Stepper } from './step/stepper.js';
import { VisibleEvents } from './step/visible-events.js';

/** Where a single step of `Processor.runOnce` takes its commits from. */
export interface RunOptions {
  /** Default `everywhere`. */
  readonly from?: 'everywhere' | 'log';
}

/** What `Processor.stop` takes: how patient it is. */
export interface StopOptions {
  /**
   * How long a handler is waited for, in milliseconds; then its transaction is rolled back, and what it was at comes again. Without it:
   * however long that takes.
   */
  readonly timeout?: number;
}

/**
 * THE LOOP: follows the log, hands its commits to a handler, and moves its checkpoint with what the handler has done. Of all instances with
 * one id, exactly the one that has the lease works. It knows no projection and no driver.
 */
export class Processor<Tx> {
  readonly #settings: ProcessorSettings<Tx>;
  readonly #stepper: Stepper<Tx>;
  readonly #keeper: LeaseKeeper<Tx>;
  readonly #size: BatchSize;
  readonly #board: StatusBoard;
  readonly #idling: Idling<Tx>;
  readonly #feeding: Feeding<Tx> | undefined;
  readonly #handlers: HandlerWatch;
  #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #step: Promise<StepResult> | undefined;

  /** @throws InvalidOptionsError */
  constructor(options: ProcessorOptions<Tx>) {
    this.#settings = settingsOf(options);
    this.#size = new BatchSize(options.batch);
    this.#board = new StatusBoard(this.#settings.clock);
    this.#keeper = new LeaseKeeper(this.#settings);
    this.#idling = new Idling(this.#settings, this.#keeper, this.#board);
    const { feed } = this.#settings;
    this.#feeding = feed && new Feeding(this.#settings, feed, () => this.#idling.ready());
    this.#handlers = new HandlerWatch(this.#settings);
    this.#stepper = new Stepper({
      settings: this.#settings,
      keeper: this.#keeper,
      size: this.#size,
      board: this.#board,
      feeding: this.#feeding,
      handlers: this.#handlers,
      visible: new VisibleEvents(this.#settings),
    });
  }

  get id(): string {
    return this.#settings.id;
  }

  status(): ProcessorStatus {
    const status = this.#board.read(this.#size.current);
    return this.#feeding ? { ...status, feed: this.#feeding.status } : status;
  }

  /** Notes where it begins, if it has no checkpoint yet, as the first step does: `from-now` is from this call on. @throws what log and store throw */
  begin(): Promise<void> {
    return this.#keeper.begin();
  }

  /**
   * One step: a batch, or what there is to do instead. Never rejects: the answer says what happened. While a step runs, a second call
   * waits for that one. `from: 'log'` leaves out what comes beside the log, and goes up to the log's head at once.
   */
  runOnce({ from = 'everywhere' }: RunOptions = {}): Promise<StepResult> {
    this.#step ??= this.#stepper.run(this.#stopping.signal, from).finally(() => (this.#step = undefined));
    return this.#step;
  }

  /** Walks to the log's head once, without waiting for what may come beside it. */
  hurry(): void {
    this.#feeding?.hurry();
  }

  /** Steps until `stop()`, waiting for commits in between. Does nothing when it is started already. */
  start(): void {
    if (this.#loop) return;
    if (this.#stopping.signal.aborted) this.#stopping = new AbortController();
    this.#loop = this.#run(this.#stopping.signal);
  }

  /**
   * Lets the running transaction finish, gives the lease back at once and leaves no timer. Idempotent; `start()` begins again.
   *
   * @throws HandlerHangsError a handler had not ended after `timeout`. Everything else is as after any stop
   */
  async stop({ timeout }: StopOptions = {}): Promise<void> {
    this.#stopping.abort(new InterruptedError('The processor is stopping.'));
    const { timers } = this.#settings;
    const cancel = timeout === undefined ? undefined : timers.after(timeout, () => this.#handlers.giveUp());
    await this.#loop;
    await this.#step;
    cancel?.();
    this.#loop = undefined;
    await this.#stepper.release();
    this.#board.enter('ended');
    this.#stopping = new AbortController();
    const hung = this.#handlers.takeHung();
    if (hung) throw hung;
  }

  /** Makes whichever instance works stop working, until `resume()`: what it is doing is rolled back. */
  async pause(reason?: string): Promise<void> {
    await this.#settings.store.setState(this.#settings.id, 'paused', reason);
    this.#keeper.doubt();
    this.#idling.wake();
  }

  /** Ends a pause, and the stop after a failure. */
  async resume(): Promise<void> {
    await this.#settings.store.setState(this.#settings.id, 'active');
    this.#idling.wake();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const result = await this.runOnce();
      await this.#idling.after(result, signal);
    }
  }
}
