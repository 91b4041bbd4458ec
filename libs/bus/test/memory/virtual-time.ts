import type { Timers } from '@varve/eventstore';

interface Waiting {
  readonly at: number;
  readonly work: () => void;
}

/** Time that jumps to whatever comes next as soon as nothing else is to be done. */
export class VirtualTime {
  readonly #waiting = new Set<Waiting>();
  #now = 0;

  readonly now = (): number => this.#now;

  readonly timers: Timers = {
    after: (milliseconds, work) => {
      const entry = { at: this.#now + milliseconds, work };
      this.#waiting.add(entry);
      return () => this.#waiting.delete(entry);
    },
  };

  /** Runs until `isDone`, at most so many steps. */
  async runUntil(isDone: () => boolean, steps = 200_000): Promise<void> {
    for (let step = 0; !isDone(); step++) {
      if (step >= steps) throw new Error(`Not done after ${steps} steps, at ${this.#now} ms`);
      await settled();
      const next = this.#takeNext();
      if (!next) continue;
      this.#now = Math.max(this.#now, next.at);
      next.work();
    }
  }

  #takeNext(): Waiting | undefined {
    let next: Waiting | undefined;
    for (const entry of this.#waiting) if (!next || entry.at < next.at) next = entry;
    if (next) this.#waiting.delete(next);
    return next;
  }
}

/** All promises that are to go on have gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
