import type { Settle } from './held.js';

/** Signals that are listened to at least: a partition's comes again with its next message. */
const LEAST = 100;

/** The signals under which something is in hand. Each is listened to once: message after message may come under one. */
export class Signals {
  readonly #known = new Set<AbortSignal>();
  #latest: AbortSignal | undefined;
  #most = LEAST;

  constructor(
    private readonly lost: (signal: AbortSignal) => void,
    private readonly inHand: () => Iterable<Settle>,
  ) {}

  listenTo(signal: AbortSignal): void {
    if (signal === this.#latest) return;
    this.#latest = signal;
    if (this.#known.has(signal)) return;
    if (this.#known.size >= this.#most) this.#clear();
    this.#known.add(signal);
    signal.addEventListener('abort', this.#aborted, { once: true });
  }

  close(): void {
    for (const signal of this.#known) this.#forget(signal);
  }

  /** Those under which nothing is in hand any more. */
  #clear(): void {
    const used = new Set<AbortSignal>();
    for (const { signal } of this.inHand()) used.add(signal);
    for (const signal of this.#known) if (!used.has(signal)) this.#forget(signal);
    this.#most = Math.max(LEAST, 2 * this.#known.size);
  }

  #forget(signal: AbortSignal): void {
    this.#known.delete(signal);
    if (this.#latest === signal) this.#latest = undefined;
    signal.removeEventListener('abort', this.#aborted);
  }

  readonly #aborted = (event: Event): void => {
    const signal = event.target as AbortSignal;
    this.#forget(signal);
    this.lost(signal);
  };
}
