import { markOf } from '../../log/commit.js';
import { LogSealedError } from '../../log/errors.js';
import { sameMark, type Position } from '../../log/positions.js';
import { headerOf, isSeal, type HeaderDocument, type SealDocument } from '../connection/commit-document.js';
import { assertSameLog, divergedLog } from '../connection/log-record.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { headerAt, headersAt, newestEntry } from '../read/head.js';

/** Between two commands that are further apart than this, in milliseconds, somebody may have restored a backup. */
const IDLE = 1_000;

/** The newest commit, as far as this process knows it: a fact, since only what a majority has is remembered. */
export class KnownHead {
  readonly #log: MongoLog;
  readonly #now: () => number;
  #newest: HeaderDocument | undefined;
  #fresh = false;
  #confirmedAt = -Infinity;
  /** Where the log ends by somebody's word. */
  #told = 0;

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

  /**
   * Somebody else has written, or the connection was lost: the next append asks. Where somebody has told how far the log goes, it asks for
   * that commit alone, which is found by its id; one that is not the newest costs another look.
   */
  doubt(told = 0): void {
    this.#fresh = false;
    this.#told = told;
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
    const [{ newest, there }] = await Promise.all([this.#look(known), assertSameLog(this.#log)]);
    if (known && !(there && sameMark(markOf(headerOf(there)), markOf(headerOf(known))))) {
      throw divergedLog(this.#log, `it has another commit at position ${known._id}, or none`);
    }
    if (newest && isSeal(newest)) throw new LogSealedError(this.#log.logId, newest.movedTo);
    this.#newest = newest;
    this.#fresh = true;
    this.#confirmedAt = this.#now();
  }

  async #look(known: HeaderDocument | undefined): Promise<Found> {
    const told = this.#told;
    this.#told = 0;
    if (told > this.position) {
      const found = await headersAt(this.#log, [this.position, told]);
      const newest = found.get(told);
      if (newest) return { newest, there: found.get(this.position) };
    }
    const [newest, there] = await Promise.all([
      newestEntry(this.#log),
      known && headerAt(this.#log, known._id),
    ]);
    return { newest, there };
  }
}

interface Found {
  /** The newest commit, or the seal behind it; a commit that was told of may have a seal behind it, on which the next insert fails. */
  readonly newest: HeaderDocument | SealDocument | undefined;
  /** What is now where this process has seen the log end. */
  readonly there: HeaderDocument | undefined;
}
