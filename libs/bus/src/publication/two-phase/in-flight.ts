/** Work that nobody waits for, bounded, and waited for at the end. */
export class InFlight {
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly most: number) {}

  get count(): number {
    return this.#running.size;
  }

  /** `work` must not reject. */
  add(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (this.#running.size >= this.most) await Promise.race(this.#running);
  }

  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
