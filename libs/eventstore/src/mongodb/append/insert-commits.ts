import type { Document } from 'mongodb';
import type { CommitDocument, FenceDocument, SealDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../errors.js';

/** What became of an ordered insert. Everything before `index` is committed; what comes after was not tried. */
export type InsertOutcome =
  | { readonly outcome: 'written' }
  | { readonly outcome: 'taken'; readonly index: number }
  | { readonly outcome: 'refused'; readonly index: number; readonly error: unknown }
  | { readonly outcome: 'unknown'; readonly error: unknown };

/**
 * One command, as it is: the driver's bulk API would split a large one, and send its second half on an uncertain first. Which document has
 * failed is taken from its index alone, since servers count differently what they have inserted. Everything but "this index failed" and a
 * plain yes is an unknown outcome, a lost connection included.
 */
export async function insertCommits(
  log: MongoLog,
  documents: readonly (CommitDocument | FenceDocument | SealDocument)[],
): Promise<InsertOutcome> {
  let reply: Document;
  try {
    reply = await log.database.command(
      {
        insert: log.commits.collectionName,
        documents,
        ordered: true,
        writeConcern: { w: 'majority', j: true },
      },
      { timeoutMS: log.commandTimeout, ignoreUndefined: true, promoteValues: true, promoteLongs: true },
    );
  } catch (error) {
    return { outcome: 'unknown', error };
  }
  return outcomeOf(reply);
}

function outcomeOf(reply: Document): InsertOutcome {
  const unconfirmed: unknown = reply['writeConcernError'];
  if (unconfirmed) return { outcome: 'unknown', error: unconfirmed };
  const [failed] = (reply['writeErrors'] ?? []) as readonly { index: number; code: number }[];
  if (!failed) return { outcome: 'written' };
  const { index } = failed;
  return isDuplicateKey(failed) ? { outcome: 'taken', index } : { outcome: 'refused', index, error: failed };
}
