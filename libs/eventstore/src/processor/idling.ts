import { retryDelay } from './failure-policy.js';
import { CHALLENGE_INTERVAL, type LeaseKeeper } from './lease/lease-keeper.js';
import type { ProcessorSettings } from './processor-options.js';
import type { StatusBoard } from './processor-status.js';
import type { StepResult } from './step/step-result.js';
import { sleep } from './timers.js';

/** How long to wait for a storage that could not be used: the same bounds as for a commit. */
const OUTAGE = { retries: Infinity, firstDelay: 100, maxDelay: 10_000, then: 'stop' } as const;

/** What a started processor does between two steps. */
export class Idling<Tx> {
  readonly #settings: ProcessorSettings<Tx>;
  readonly #keeper: LeaseKeeper<Tx>;
  readonly #board: StatusBoard;
  #outages = 0;
  #wake: AbortController | undefined;
  /** Something has come that the step before may not have seen. */
  #isReady = false;
  #rest: AbortController | undefined;

  constructor(settings: ProcessorSettings<Tx>, keeper: LeaseKeeper<Tx>, board: StatusBoard) {
    this.#settings = settings;
    this.#keeper = keeper;
    this.#board = board;
  }

  /** Ends the wait that is under way. */
  wake(): void {
    this.#wake?.abort();
  }

  /** Ends a wait for something to do, this one or the next; never one for a storage or a lease. */
  ready(): void {
    this.#isReady = true;
    this.#rest?.abort();
  }

  /** Never rejects. */
  async after(result: StepResult, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#outages = result.kind === 'unavailable' ? this.#outages + 1 : 0;
    const wake = new AbortController();
    const abort = (): void => wake.abort();
    signal.addEventListener('abort', abort, { once: true });
    this.#wake = wake;
    try {
      await this.#wait(result, wake);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#wake = undefined;
    }
  }

  #wait(result: StepResult, wake: AbortController): Promise<void> {
    const { timers, random } = this.#settings;
    switch (result.kind) {
      case 'progressed':
      case 'lease-lost':
      case 'ended':
        // Stores without real I/O never leave the microtask queue, and everything else in the process would starve.
        return sleep(timers, 0, wake.signal);
      case 'standby':
        return sleep(timers, result.retryIn, wake.signal);
      case 'paused':
      case 'stopped':
        return sleep(timers, CHALLENGE_INTERVAL, wake.signal);
      case 'unavailable':
        return sleep(timers, retryDelay(OUTAGE, Math.min(this.#outages, 30), random), wake.signal);
      case 'caught-up':
        return this.#untilCommit(result.position, wake, this.#longestIdle());
      case 'waiting': {
        const longest = Math.min(result.lookAgainIn, this.#keeper.interval);
        if (!result.wokenByAppends) return this.#untilReady(Math.min(longest, this.#longestIdle()), wake);
        return this.#untilCommit(result.readUpTo, wake, longest);
      }
    }
  }

  async #untilReady(longest: number, wake: AbortController): Promise<void> {
    this.#rest = wake;
    await sleep(this.#settings.timers, this.#isReady ? 0 : longest, wake.signal);
    this.#rest = undefined;
    this.#isReady = false;
  }

  /** Until the lease is due, or until requests for parked streams are looked for again. */
  #longestIdle(): number {
    const { interval } = this.#keeper;
    return this.#board.parked > 0 ? Math.min(CHALLENGE_INTERVAL, interval) : interval;
  }

  async #untilCommit(position: number, wake: AbortController, longest: number): Promise<void> {
    const { timers, log, announce } = this.#settings;
    const cancel = timers.after(longest, () => wake.abort());
    try {
      await log.waitForCommit(position, wake.signal);
    } catch (error) {
      this.#outages += 1;
      this.#board.enter('unavailable', error);
      announce({ kind: 'unavailable', error });
      await sleep(timers, retryDelay(OUTAGE, 1, this.#settings.random), wake.signal);
    } finally {
      cancel();
    }
  }
}
