import { StoreIncompatibleError } from '../../log/errors.js';
import type { LogId } from '../../log/positions.js';
import { IDENTITY } from '../connection/log-record.js';
import type { MongoLog } from '../connection/mongo-log.js';

/**
 * Gives the log a new id. The positions after the backup will be given out again, to other commits, so whoever has read the old ones must
 * not go on: every checkpoint and every store that is still open refuses the new id.
 */
export async function giveNewId(log: MongoLog): Promise<LogId> {
  const logId = crypto.randomUUID();
  const { matchedCount } = await log.records.updateOne({ _id: IDENTITY }, { $set: { logId } });
  if (matchedCount > 0) {
    log.logId = logId;
    return logId;
  }
  throw new StoreIncompatibleError(
    `The log ${log.location} has no record with its id. Restore ${log.records.namespace} as well.`,
  );
}
