interface Waiting {
  readonly most: number;
  readonly resolve: (taken: number) => void;
}

/** How many messages may be in hand, and whether any may be fetched at all. Who waits longest is served first, or one would starve the others. */
export class Slots {
  #free: number;
  #isPaused = false;
  #isClosed = false;
  readonly #waiting: Waiting[] = [];
  #paused: (() => void)[] = [];

  constructor(private readonly size: number) {
    this.#free = size;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Waits until at least one is free, and takes up to `most`; 0 when no more is to be fetched, ever. */
  take(most: number): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push({ most: Math.min(most, this.size), resolve });
      this.#serve();
    });
  }

  give(count: number): void {
    this.#free += count;
    this.#serve();
  }

  /** Resolves at once, or when fetching goes on or ends. */
  async untilResumed(): Promise<void> {
    if (this.#isPaused && !this.#isClosed) await new Promise<void>((resolve) => this.#paused.push(resolve));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#go();
  }

  close(): void {
    this.#isClosed = true;
    this.#go();
  }

  #go(): void {
    const paused = this.#paused;
    this.#paused = [];
    for (const resolve of paused) resolve();
    this.#serve();
  }

  #serve(): void {
    while (this.#waiting.length > 0 && (this.#isClosed || (!this.#isPaused && this.#free > 0))) {
      const { most, resolve } = this.#waiting.shift()!;
      const taken = this.#isClosed ? 0 : Math.min(most, this.#free);
      this.#free -= taken;
      resolve(taken);
    }
  }
}
