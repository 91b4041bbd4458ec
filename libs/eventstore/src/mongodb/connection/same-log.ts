import { assertSameLog } from './log-record.js';
import type { MongoLog } from './mongo-log.js';

/** How long a look at the log's id is good for, in milliseconds. */
const GOOD_FOR = 1_000;

/** Notices within a second that the log was restored or replaced under readers, who would find other commits at known positions. */
export class SameLog {
  #askedAt = -Infinity;

  /** @throws LogDivergedError */
  async check(log: MongoLog): Promise<void> {
    const now = performance.now();
    if (now - this.#askedAt < GOOD_FOR) return;
    this.#askedAt = now;
    try {
      await assertSameLog(log);
    } catch (error) {
      this.#askedAt = -Infinity;
      throw error;
    }
  }
}
