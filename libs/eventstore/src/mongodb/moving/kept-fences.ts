import type { Collection } from 'mongodb';
import { LogSealedError } from '../../log/errors.js';
import type { FenceDocument, SealDocument, StoredFields } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';

/** There is one at most: no commit and no other fence has this first version. */
const SEAL = { stream: null, firstVersion: 0 } as const;

/** All fences: their first versions are texts. */
export const FENCES = { stream: null, firstVersion: { $gt: '' } } as const;

/**
 * What the primary has at this moment, whoever else has it. A fence takes no position, so nothing keeps it from coming after the seal: who
 * has made one looks for a seal afterwards, and this look must not miss one. A majority read might, right after an election: the new
 * primary has whatever a majority had, but may not know yet that a majority has it.
 */
const AT_THIS_MOMENT = { readConcern: { level: 'local' } } as const;

export async function findSealDocument(
  commits: Collection<StoredFields>,
  options: { readonly readConcern?: { readonly level: 'local' } } = {},
): Promise<SealDocument | undefined> {
  return (await commits.findOne<SealDocument>(SEAL, options)) ?? undefined;
}

/**
 * Whether a fence counts. One that a majority has and that comes before any seal is read by everybody who reads the sealed log. After the
 * seal only those count that were there when it was made, and have its mark: the others were never acknowledged, and no copy has them.
 */
export async function isKept(log: MongoLog, { _id }: Pick<FenceDocument, '_id'>): Promise<boolean> {
  return (await sealAgainst(log, _id)) === undefined;
}

/** @throws LogSealedError the fence does not count */
export async function assertKept(log: MongoLog, { _id }: Pick<FenceDocument, '_id'>): Promise<void> {
  const seal = await sealAgainst(log, _id);
  if (seal) throw new LogSealedError(log.logId, seal.movedTo);
}

/** Marks the fences that are there, of which some may have come after the seal; from then on no others count. */
export async function keepFences(log: MongoLog, seal: SealDocument): Promise<void> {
  if (seal.fenceMark !== undefined) return;
  // Whoever seals at the same time has another mark: the first to be finished says which one counts.
  const mark = crypto.randomUUID();
  await log.commits.updateMany(FENCES, { $addToSet: { kept: mark } });
  await log.commits.updateOne(
    { _id: seal._id, fenceMark: { $exists: false } },
    { $set: { fenceMark: mark } },
  );
}

/** The seal that a fence has come too late for. */
async function sealAgainst({ commits }: MongoLog, fenceId: string): Promise<SealDocument | undefined> {
  const seal = await findSealDocument(commits, AT_THIS_MOMENT);
  if (!seal) return undefined;
  if (seal.fenceMark === undefined) return seal;
  return (await commits.findOne({ _id: fenceId, kept: seal.fenceMark }, AT_THIS_MOMENT)) ? undefined : seal;
}
