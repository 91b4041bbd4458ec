import { UUID } from 'mongodb';
import { describeSeal, type LogSeal } from '../../log/movable-log.js';
import { sleep, type Timers } from '../../processor/timers.js';
import { insertCommits } from '../append/insert-commits.js';
import { NumberingLease } from '../append/numbering-lease.js';
import type { SealDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isPassing, writeFailed } from '../errors.js';
import { head } from '../read/head.js';
import { findSealDocument, keepFences } from './kept-fences.js';

/** Milliseconds between two tries, with jitter. */
const PAUSE = 10;

export interface SealOptions {
  readonly movedTo: string | undefined;
  readonly appendTimeout: number;
  readonly clock: () => Date;
  readonly timers: Timers;
  readonly random: () => number;
}

export async function findSeal(log: MongoLog): Promise<LogSeal | undefined> {
  const seal = await findSealDocument(log.commits);
  return seal && sealOf(seal);
}

/**
 * Takes the position after the newest commit, as an append does, and in competition with all of them: of whoever tries for it the unique
 * `_id` lets one in. Who loses looks what is there, and finds a seal.
 */
export async function seal(log: MongoLog, options: SealOptions): Promise<LogSeal> {
  const made = await tryUntilSealed(log, options);
  await keepFences(log, made);
  const { movedTo } = options;
  if (movedTo !== undefined)
    await log.commits.updateOne({ _id: made._id, movedTo: { $exists: false } }, { $set: { movedTo } });
  return sealOf((await findSealDocument(log.commits)) ?? made);
}

/** An app may be started on its old log: it can read, and somebody should know why it cannot write. */
export async function warnOfSeal(log: MongoLog, logger: { warn(message: string): void }): Promise<void> {
  const seal = await findSeal(log);
  if (seal) logger.warn(describeSeal(log.location, seal));
}

async function tryUntilSealed(log: MongoLog, options: SealOptions): Promise<SealDocument> {
  const { appendTimeout, timers, random, clock } = options;
  const deadline = performance.now() + appendTimeout;
  const lease = new NumberingLease(log, { numberingLease: 'always', timers, random, appendTimeout });
  try {
    for (;;) {
      // Only one that a majority has: another may be rolled back, and its position given to a commit.
      const known = await findSealDocument(log.commits);
      if (known) return known;
      await lease.turn();
      const result = await insertCommits(log, [sealDocument((await head(log)) + 1, clock())]);
      const mayPass = !('error' in result) || isPassing(result.error);
      if (!mayPass || performance.now() >= deadline) {
        const cause = 'error' in result ? result.error : new Error('The log is written to without a pause.');
        throw writeFailed(cause, log.location, 'unknown');
      }
      if (result.outcome !== 'written') await sleep(timers, PAUSE * (0.5 + random()));
    }
  } finally {
    lease.leave();
  }
}

function sealDocument(position: number, at: Date): SealDocument {
  return { _id: position, stream: null, firstVersion: 0, commitId: new UUID(), at };
}

function sealOf({ _id, at, movedTo }: SealDocument): LogSeal {
  return { position: _id - 1, at, ...(movedTo !== undefined && { movedTo }) };
}
