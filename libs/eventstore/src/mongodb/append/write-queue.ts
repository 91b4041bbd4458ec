import type { PendingAppend } from './append-request.js';

/** Bounds of one command: servers have been seen that go on after a failure in longer ones, and one command takes 16 MB. */
const MAX_DOCUMENTS = 100;
const MAX_BYTES = 8 * 1024 * 1024;

/** Who waits to be written, in the order of arrival. */
export class WriteQueue {
  #waiting: PendingAppend[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(pending: PendingAppend): void {
    this.#waiting.push(pending);
  }

  putBack(group: readonly PendingAppend[]): void {
    if (group.length > 0) this.#waiting = [...group, ...this.#waiting];
  }

  /** The next group. Two requests with one commit id do not go together: the second one is answered by what became of the first. */
  takeGroup(): PendingAppend[] {
    const keys = new Set<string>();
    let bytes = 0;
    let size = 0;
    for (const { key, bytes: more } of this.#waiting) {
      if (size === MAX_DOCUMENTS || keys.has(key) || (size > 0 && bytes + more > MAX_BYTES)) break;
      keys.add(key);
      bytes += more;
      size += 1;
    }
    if (size === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, size);
  }

  takeOverdue(now: number): PendingAppend[] {
    if (!this.#waiting.some(({ deadline }) => deadline <= now)) return [];
    const overdue = this.#waiting.filter(({ deadline }) => deadline <= now);
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline > now);
    return overdue;
  }

  takeAll(): PendingAppend[] {
    return this.#waiting.splice(0);
  }
}
