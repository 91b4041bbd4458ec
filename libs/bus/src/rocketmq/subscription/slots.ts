/** How many messages may be in hand, and whether any may be fetched at all. */
export class Slots {
  #free: number;
  #isPaused = false;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  constructor(private readonly size: number) {
    this.#free = size;
  }

  get taken(): number {
    return this.size - this.#free;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Waits until at least one is free, and takes up to `most`; 0 when no more is to be fetched, ever. */
  async take(most: number): Promise<number> {
    while (!this.#isClosed && (this.#isPaused || this.#free === 0)) await this.#changed();
    if (this.#isClosed) return 0;
    const taken = Math.min(most, this.#free);
    this.#free -= taken;
    return taken;
  }

  give(count: number): void {
    this.#free += count;
    this.#wake();
  }

  /** Resolves at once, or when fetching goes on or ends. */
  async untilResumed(): Promise<void> {
    while (this.#isPaused && !this.#isClosed) await this.#changed();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
