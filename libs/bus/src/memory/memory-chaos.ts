import { InvalidBusOptionsError } from '../transport/errors.js';
import { assertKnownOptions } from '../message/known-options.js';
import { seededRandom } from './seeded-random.js';

/** What goes wrong, as probabilities from 0 to 1. The same seed and the same calls meet the same mishaps. */
export interface MemoryChaosOptions {
  /** What the random numbers begin with. */
  readonly seed: number;
  /** Of a publish, a prepare or a decision: done, but the answer is lost. */
  readonly dropConfirmation?: number;
  /** Of a publish, a prepare, a decision or the answer to a check-back: it never arrives. */
  readonly dropRequest?: number;
  /** Of a message, or of a check-back: it comes twice. */
  readonly duplicate?: number;
  /** Of a message: it overtakes everything that waits in its group. */
  readonly reorder?: number;
  /** Of a message: it comes up to `maxDelay` later. */
  readonly delay?: number;
  /** Of a handled message: the acknowledgement is lost, so it comes again. */
  readonly redeliver?: number;
  /** Of a delivery: while it is handled, the message is given to somebody else as well, as when a group is balanced anew. */
  readonly splitGroup?: number;
  /** Of a publish or a prepare: the broker goes down, for up to `maxDelay`. */
  readonly restart?: number;
  /** Milliseconds, default 50. */
  readonly maxDelay?: number;
}

export type Mishap = Exclude<keyof MemoryChaosOptions, 'seed' | 'maxDelay'>;

const DEFAULT_MAX_DELAY = 50;
const MISHAPS = {
  dropConfirmation: true,
  dropRequest: true,
  duplicate: true,
  reorder: true,
  delay: true,
  redeliver: true,
  splitGroup: true,
  restart: true,
} as const;
const KNOWN = { ...MISHAPS, seed: true, maxDelay: 'number' } as const;

export class MemoryChaos {
  readonly #random: () => number;

  constructor(private readonly options: MemoryChaosOptions = { seed: 0 }) {
    assertKnownOptions<MemoryChaosOptions>('the in-process broker', options, KNOWN, 'chaos');
    this.#random = seededRandom(options.seed);
    for (const mishap of Object.keys(MISHAPS) as Mishap[]) {
      const probability = options[mishap] ?? 0;
      if (probability >= 0 && probability <= 1) continue;
      throw new InvalidBusOptionsError(`chaos.${mishap}`, `chaos.${mishap} is ${probability}. Use 0 to 1.`);
    }
  }

  /** Whether messages of a key can overtake one another. */
  get breaksOrder(): boolean {
    return this.#of('reorder') > 0 || this.#of('delay') > 0;
  }

  strikes(mishap: Mishap): boolean {
    const probability = this.#of(mishap);
    return probability > 0 && this.#random() < probability;
  }

  /** Milliseconds. */
  someTime(): number {
    return this.#random() * (this.options.maxDelay ?? DEFAULT_MAX_DELAY);
  }

  #of(mishap: Mishap): number {
    return this.options[mishap] ?? 0;
  }
}
