import type { Position } from '@varve/eventstore';

/** Samples within the time that the sweep walks behind: the coarser, the later it comes, by at most a part of this many. */
const SAMPLES = 20;

/**
 * What stood in the log `delay` milliseconds ago, by this process's own monotonic clock: a commit's time is its writer's, and may be any.
 * After a start everything that was there is due at once, `delay` later.
 */
export class Horizon {
  readonly #delay: number;
  readonly #clock: () => number;
  #samples: { readonly head: Position; readonly at: number }[] = [];

  constructor(delay: number, clock: () => number) {
    this.#delay = delay;
    this.#clock = clock;
  }

  observe(head: Position): void {
    const last = this.#samples.at(-1);
    const now = this.#clock();
    if (last && (last.head >= head || now - last.at < this.#delay / SAMPLES)) return;
    this.#samples.push({ head, at: now });
  }

  /** The position up to which everything has been in the log for `delay`. */
  reached(): Position {
    const latest = this.#clock() - this.#delay;
    const young = this.#samples.findIndex(({ at }) => at > latest);
    const old = young === -1 ? this.#samples.length : young;
    if (old > 1) this.#samples = this.#samples.slice(old - 1);
    return old === 0 ? 0 : (this.#samples[0]?.head ?? 0);
  }
}
