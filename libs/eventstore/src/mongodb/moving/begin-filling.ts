import {
  alreadyReleased,
  assertAnother,
  assertElsewhere,
  notEmpty,
  otherSource,
} from '../../log/copy-target.js';
import type { CopySource } from '../../log/movable-log.js';
import type { LogId } from '../../log/positions.js';
import { findIdentity, IDENTITY, type IdentityRecord } from '../connection/log-record.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { head } from '../read/head.js';

const BEING_FILLED = { copiedFrom: { $exists: true } } as const;

/**
 * Marks an empty log as one that is being filled, or finds it marked already. It gets an id that nobody has: whoever has the empty log open
 * notices that before it numbers a commit, or by the first position, which only one of the two gets.
 *
 * @throws InvalidOptionsError the log is in use, or is being filled from somewhere else
 */
export async function beginFilling(log: MongoLog, source: CopySource): Promise<void> {
  const known = (await findIdentity(log.records))!;
  if (!known.copiedFrom) await mark(log, known, source);
  // Somebody else may have begun at the same time.
  const { copiedFrom, logId } = (await findIdentity(log.records))!;
  if (!copiedFrom) throw alreadyReleased(log.location, logId);
  if (copiedFrom.logId !== source.logId) throw otherSource(log.location, copiedFrom, source);
  if (copiedFrom.before !== undefined) await settle(log, { logId, before: copiedFrom.before });
  log.logId = logId;
}

/** @throws LogDivergedError somebody else has released it */
export async function assertFilling(log: MongoLog): Promise<void> {
  const record = await findIdentity(log.records);
  if (record?.copiedFrom && record.logId === log.logId) return;
  throw alreadyReleased(log.location, record?.logId ?? log.logId);
}

export async function release(log: MongoLog, logId: LogId): Promise<void> {
  const { matchedCount } = await log.records.updateOne(
    { _id: IDENTITY, logId: log.logId, ...BEING_FILLED },
    { $set: { logId }, $unset: { copiedFrom: '' } },
  );
  if (matchedCount === 0)
    throw alreadyReleased(log.location, (await findIdentity(log.records))?.logId ?? logId);
  log.logId = logId;
}

async function mark(log: MongoLog, known: IdentityRecord, source: CopySource): Promise<void> {
  assertElsewhere(log, source);
  try {
    await assertUnused(log);
  } catch (error) {
    // What is there may be from somebody who has begun since.
    if ((await findIdentity(log.records))?.copiedFrom) return;
    throw error;
  }
  assertAnother({ location: log.location, logId: known.logId }, source);
  const copiedFrom = { logId: source.logId, location: source.location, before: known.logId };
  await log.records.updateOne(
    { _id: IDENTITY, logId: known.logId, copiedFrom: { $exists: false } },
    { $set: { logId: crypto.randomUUID(), copiedFrom } },
  );
}

/** Somebody may have appended before the mark. What is there once one has found the log unused was put there by those who fill it. */
async function settle(
  log: MongoLog,
  { logId, before }: { readonly logId: LogId; readonly before: LogId },
): Promise<void> {
  const unsettled = { _id: IDENTITY, logId, 'copiedFrom.before': before };
  try {
    await assertUnused(log);
    await log.records.updateOne(unsettled, { $unset: { 'copiedFrom.before': '' } });
  } catch (error) {
    const { matchedCount } = await log.records.updateOne(unsettled, {
      $set: { logId: before },
      $unset: { copiedFrom: '' },
    });
    if (matchedCount > 0) throw error;
  }
}

async function assertUnused(log: MongoLog): Promise<void> {
  const used =
    (await log.commits.findOne({}, { projection: { _id: 1 } })) ??
    (await log.records.findOne({ kind: 'consumer' }));
  if (used) throw notEmpty(log.location, await head(log));
}
