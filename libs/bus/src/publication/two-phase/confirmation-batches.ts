import type { Timers } from '@varve/eventstore';
import type { PublicationListener } from '../publication-events.js';
import type { Confirmation, Confirmations, Published } from '../publication-store.js';

/** How long a confirmation may wait for others, in milliseconds: one transaction for all of them, and the sweep is seconds away. */
const LONGEST_WAIT = 100;
const MOST_IN_A_BATCH = 512;
/** Beyond this many that could not be recorded the oldest are let go: their commits are published twice, and memory stays bounded. */
const MOST_WAITING = 20_000;

export interface ConfirmationBatchesOptions {
  readonly store: Confirmations;
  readonly published: () => Published;
  readonly timers: Timers;
  readonly announce: PublicationListener;
}

/** Records confirmations many at a time. Losing some, to a crash for instance, only doubles their commits. */
export class ConfirmationBatches {
  readonly #options: ConfirmationBatchesOptions;
  #waiting: Confirmation[] = [];
  #cancelTimer: (() => void) | undefined;
  #recording: Promise<void> | undefined;

  constructor(options: ConfirmationBatchesOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(confirmation: Confirmation): void {
    this.#waiting.push(confirmation);
    if (this.#waiting.length >= MOST_IN_A_BATCH) void this.#record();
    else this.#later();
  }

  /** Resolves when everything that was added is recorded, or could not be. */
  async flush(): Promise<void> {
    await this.#recording;
    if (this.#waiting.length > 0) await this.#record();
  }

  #later(): void {
    this.#cancelTimer ??= this.#options.timers.after(LONGEST_WAIT, () => {
      this.#cancelTimer = undefined;
      void this.#record();
    });
  }

  #record(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#recording ??= this.#recordWaiting().finally(() => {
      this.#recording = undefined;
    });
    return this.#recording;
  }

  async #recordWaiting(): Promise<void> {
    const { store, published, announce } = this.#options;
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await store.recordConfirmed(published(), batch);
      announce({ kind: 'confirmations-recorded', count: batch.length });
      if (this.#waiting.length > 0) this.#later();
    } catch (error) {
      this.#putBack(batch, error);
    }
  }

  #putBack(batch: readonly Confirmation[], error: unknown): void {
    const all = [...batch, ...this.#waiting];
    const lost = Math.max(0, all.length - MOST_WAITING);
    this.#waiting = all.slice(lost);
    if (lost > 0) this.#options.announce({ kind: 'confirmations-lost', count: lost, error });
  }
}
