import type { Position } from '../../log/positions.js';

interface Sample {
  readonly at: number;
  readonly head: Position;
}

/**
 * How far the walker of a processor that is fed goes: to where the log's head was some time ago, so that what comes beside the log is
 * usually there first. Ages are differences of this process's own monotonic clock: the times in commits are other machines'.
 */
export class WalkPace {
  readonly #behind: number;
  readonly #clock: () => number;
  #samples: Sample[] = [];
  #askedAt = -Infinity;
  #bound: Position = 0;
  /** The next head counts at once. */
  #hurry = true;

  constructor(walkBehind: number, clock: () => number) {
    this.#behind = walkBehind;
    this.#clock = clock;
  }

  /** Whether the log's head should be asked for. */
  get isDue(): boolean {
    return this.#hurry || this.wait <= 0;
  }

  /** How long until it should, in milliseconds. */
  get wait(): number {
    return this.#askedAt + this.#behind / 2 - this.#clock();
  }

  /** How far to walk now. */
  get bound(): Position {
    const old = this.#clock() - this.#behind;
    const young = this.#samples.findIndex(({ at }) => at > old);
    const ripe = young === -1 ? this.#samples.splice(0) : this.#samples.splice(0, young);
    for (const { head } of ripe) this.#bound = Math.max(this.#bound, head);
    return this.#bound;
  }

  /** The head was at least there just now. */
  sample(head: Position): void {
    this.#askedAt = this.#clock();
    if (this.#hurry) this.#bound = Math.max(this.#bound, head);
    else this.#samples.push({ at: this.#askedAt, head });
    this.#hurry = false;
  }

  /** Goes to the head once, without waiting. */
  hurry(): void {
    this.#hurry = true;
  }
}
