const WINDOW = 10_000;

/** Counts over a sliding window, kept as one count for each second in which something happened. */
export class RateMeter {
  readonly #clock: () => number;
  #seconds: { readonly begin: number; count: number }[] = [];
  #since: number | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  add(count: number): void {
    const now = this.#clock();
    this.#since ??= now;
    this.#forget(now);
    const last = this.#seconds.at(-1);
    if (last && now - last.begin < 1_000) last.count += count;
    else this.#seconds.push({ begin: now, count });
  }

  perSecond(): number {
    if (this.#since === undefined) return 0;
    const now = this.#clock();
    this.#forget(now);
    const total = this.#seconds.reduce((sum, second) => sum + second.count, 0);
    const span = Math.max(1_000, Math.min(WINDOW, now - this.#since));
    return Math.round((total * 1_000) / span);
  }

  #forget(now: number): void {
    const first = this.#seconds.findIndex((second) => now - second.begin < WINDOW);
    if (first !== 0) this.#seconds = first === -1 ? [] : this.#seconds.slice(first);
  }
}
