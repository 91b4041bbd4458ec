import type { OutgoingRecord } from '../driver/kafka-driver.js';

export interface SizedRecord {
  readonly record: OutgoingRecord;
  readonly bytes: number;
}

/** One call of `publish`: settled once, when all of its records are confirmed or the first of them has failed for good. */
export class PublishJob {
  readonly done: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #taken = 0;
  #confirmed = 0;
  #isSettled = false;

  constructor(private readonly records: readonly SizedRecord[]) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get isTaken(): boolean {
    return this.#taken === this.records.length;
  }

  /** Its next records that fit; the first one always, unless `isFirst` is false. */
  take(room: { readonly count: number; readonly bytes: number }, isFirst: boolean): readonly SizedRecord[] {
    const from = this.#taken;
    let bytes = 0;
    while (!this.isTaken && this.#taken - from < room.count) {
      bytes += this.records[this.#taken]!.bytes;
      if (bytes > room.bytes && (this.#taken > from || !isFirst)) break;
      this.#taken += 1;
    }
    return this.records.slice(from, this.#taken);
  }

  confirm(count: number): void {
    this.#confirmed += count;
    if (this.#confirmed < this.records.length) return;
    this.#isSettled = true;
    this.#resolve();
  }

  fail(error: unknown): void {
    this.#isSettled = true;
    this.#reject(error);
  }
}
