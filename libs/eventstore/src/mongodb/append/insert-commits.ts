import type { Document } from 'mongodb';
import type { CommitDocument, FenceDocument, SealDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey, isPassing } from '../driver-errors.js';

type Entry = CommitDocument | FenceDocument | SealDocument;

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
export async function insertCommits(log: MongoLog, documents: readonly Entry[]): Promise<InsertOutcome> {
  return insert(log, documents, { ordered: true });
}

/**
 * All of them are tried, whatever became of those before, in their order and within one command of the server. For documents that keep each
 * other out by a unique index, of which thus one at most is written: the first that nobody else keeps out.
 */
export async function insertOneOf(log: MongoLog, documents: readonly Entry[]): Promise<InsertOutcome> {
  return insert(log, documents, { ordered: false });
}

/** Whether the same insert may succeed soon: also one whose place is taken, by what a majority has not got yet, or what was lost on the way. */
export function mayPass(result: InsertOutcome): boolean {
  return 'error' in result ? isPassing(result.error) : true;
}

export function causeOf(result: InsertOutcome, ifTaken: string): unknown {
  return 'error' in result ? result.error : new Error(ifTaken);
}

async function insert(
  log: MongoLog,
  documents: readonly Entry[],
  { ordered }: { readonly ordered: boolean },
): Promise<InsertOutcome> {
  let reply: Document;
  try {
    reply = await log.database.command(
      {
        insert: log.commits.collectionName,
        documents,
        ordered,
        writeConcern: { w: 'majority', j: true },
      },
      { timeoutMS: log.commandTimeout, ignoreUndefined: true, promoteValues: true, promoteLongs: true },
    );
  } catch (error) {
    return { outcome: 'unknown', error };
  }
  return outcomeOf(reply, ordered ? 1 : documents.length);
}

/** @param allFailed how many errors there are when nothing more is written */
function outcomeOf(reply: Document, allFailed: number): InsertOutcome {
  const unconfirmed: unknown = reply['writeConcernError'];
  if (unconfirmed) return { outcome: 'unknown', error: unconfirmed };
  const errors = (reply['writeErrors'] ?? []) as readonly { index: number; code: number }[];
  const refused = errors.find((error) => !isDuplicateKey(error));
  if (refused) return { outcome: 'refused', index: refused.index, error: refused };
  return errors.length < allFailed ? { outcome: 'written' } : { outcome: 'taken', index: errors[0]!.index };
}
