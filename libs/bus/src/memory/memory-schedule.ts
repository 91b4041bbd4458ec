import type { Timers } from '@varve/eventstore';

interface Entry {
  readonly dueAt: number;
  readonly work: () => void;
  cancel: (() => void) | undefined;
}

/** What the broker does later. It stands still while nobody is connected, so that no timer keeps a process alive that has closed its buses. */
export class MemorySchedule {
  readonly #entries = new Set<Entry>();
  #isRunning = false;

  constructor(
    private readonly timers: Timers,
    private readonly now: () => number,
  ) {}

  /** @returns how to forget it */
  after(milliseconds: number, work: () => void): () => void {
    const entry: Entry = { dueAt: this.now() + milliseconds, work, cancel: undefined };
    this.#entries.add(entry);
    if (this.#isRunning) this.#arm(entry, milliseconds);
    return () => {
      entry.cancel?.();
      this.#entries.delete(entry);
    };
  }

  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (const entry of this.#entries) this.#arm(entry, Math.max(0, entry.dueAt - this.now()));
  }

  stand(): void {
    this.#isRunning = false;
    for (const entry of this.#entries) {
      entry.cancel?.();
      entry.cancel = undefined;
    }
  }

  #arm(entry: Entry, milliseconds: number): void {
    entry.cancel = this.timers.after(milliseconds, () => {
      this.#entries.delete(entry);
      entry.work();
    });
  }
}
