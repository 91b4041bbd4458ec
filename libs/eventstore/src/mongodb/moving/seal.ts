import { UUID } from 'mongodb';
import { describeSeal, type LogSeal, type SealOptions } from '../../log/movable-log.js';
import { sleep, type Timers } from '../../processor/timers.js';
import { causeOf, insertOneOf, mayPass } from '../append/insert-commits.js';
import type { SealDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { writeFailed } from '../errors.js';
import { head } from '../read/head.js';
import { findSealDocument, keepFences } from './kept-fences.js';

/** Milliseconds between two tries. */
const PAUSE = 10;
/** The places that one command tries for: more with each that was in vain, so that no number of writers can be faster for ever. */
const MORE_PLACES = 4;
const MOST_PLACES = 1_024;

export interface SealingOptions {
  readonly appendTimeout: number;
  readonly clock: () => Date;
  readonly timers: Timers;
}

export async function findSeal(log: MongoLog): Promise<LogSeal | undefined> {
  const seal = await findSealDocument(log.commits);
  return seal && sealOf(seal);
}

/**
 * Takes the position after the newest commit, as an append does, and in competition with all of them: of whoever tries for it the unique
 * `_id` lets one in. By the time at which the newest is known there may be newer ones, so several places are tried for in their order: one
 * that is not the next is tried for only after all before it were found taken, and one seal keeps all others out.
 */
export async function seal(log: MongoLog, named: SealOptions, options: SealingOptions): Promise<LogSeal> {
  const made = await tryUntilSealed(log, options);
  await keepFences(log, made);
  const { movedTo, handedTo } = named;
  for (const [field, value] of Object.entries({ movedTo, handedTo })) {
    if (value === undefined) continue;
    // Of two that name one at the same time the server lets one in.
    await log.commits.updateOne({ _id: made._id, [field]: { $exists: false } }, { $set: { [field]: value } });
  }
  return sealOf((await findSealDocument(log.commits)) ?? made);
}

/** An app may be started on its old log: it can read, and somebody should know why it cannot write. */
export async function warnOfSeal(log: MongoLog, logger: { warn(message: string): void }): Promise<void> {
  const seal = await findSeal(log);
  if (seal) logger.warn(describeSeal(log.location, seal));
}

async function tryUntilSealed(
  log: MongoLog,
  { appendTimeout, timers, clock }: SealingOptions,
): Promise<SealDocument> {
  const deadline = performance.now() + appendTimeout;
  for (let places = 1; ; places = Math.min(places * MORE_PLACES, MOST_PLACES)) {
    // Only one that a majority has: another may be rolled back, and its position given to a commit.
    const known = await findSealDocument(log.commits);
    if (known) return known;
    const next = (await head(log)) + 1;
    const at = clock();
    const result = await insertOneOf(
      log,
      Array.from({ length: places }, (_, i) => sealDocument(next + i, at)),
    );
    if (result.outcome === 'written') continue;
    if (!mayPass(result) || performance.now() >= deadline) {
      const cause = causeOf(result, 'The log is written to without a pause.');
      throw writeFailed(cause, log.location, 'unknown');
    }
    await sleep(timers, PAUSE);
  }
}

function sealDocument(position: number, at: Date): SealDocument {
  return { _id: position, stream: null, firstVersion: 0, commitId: new UUID(), at };
}

function sealOf({ _id, at, movedTo, handedTo }: SealDocument): LogSeal {
  const named = { ...(movedTo !== undefined && { movedTo }), ...(handedTo !== undefined && { handedTo }) };
  return { position: _id - 1, at, ...named };
}
