import { markOf } from '../../log/commit.js';
import { LogSealedError } from '../../log/errors.js';
import { sameMark, type Position } from '../../log/positions.js';
import { headerOf, isSeal, type HeaderDocument } from '../connection/commit-document.js';
import { assertSameLog, divergedLog } from '../connection/log-record.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { headerAt, newestEntry } from '../read/head.js';

/** Between two commands that are further apart than this, in milliseconds, somebody may have restored a backup. */
const IDLE = 1_000;

/** The newest commit, as far as this process knows it: a fact, since only what a majority has is remembered. */
export class KnownHead {
  readonly #log: MongoLog;
  readonly #now: () => number;
  #newest: HeaderDocument | undefined;
  #fresh = false;
  #confirmedAt = -Infinity;

  constructor(log: MongoLog, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  get position(): Position {
    return this.#newest?._id ?? 0;
  }

  /** After an insert that a majority has confirmed, and nothing less. */
  advance(newest: HeaderDocument): void {
    this.#newest = newest;
    this.#confirmedAt = this.#now();
  }

  /** Somebody else has written, or the connection was lost: the next append asks. */
  doubt(): void {
    this.#fresh = false;
  }

  /**
   * Where the next append may be numbered: the remembered head, or what a majority read says.
   *
   * @throws LogDivergedError when the log does not have any more what it had
   * @throws LogSealedError when it takes no more commits
   */
  async current(): Promise<Position> {
    if (!this.#fresh || this.#now() - this.#confirmedAt > IDLE) await this.#ask();
    return this.position;
  }

  async #ask(): Promise<void> {
    const known = this.#newest;
    const [newest, there] = await Promise.all([
      newestEntry(this.#log),
      known && headerAt(this.#log, known._id),
      assertSameLog(this.#log),
    ]);
    if (known && !(there && sameMark(markOf(headerOf(there)), markOf(headerOf(known))))) {
      throw divergedLog(this.#log, `it has another commit at position ${known._id}, or none`);
    }
    if (newest && isSeal(newest)) throw new LogSealedError(this.#log.logId, newest.movedTo);
    this.#newest = newest;
    this.#fresh = true;
    this.#confirmedAt = this.#now();
  }
}
