import { setImmediate as nextTurn } from 'node:timers/promises';
import { Examination } from '../../adapter/examination.js';
import type { LogReport } from '../../log/event-store.js';
import type { LogId } from '../../log/positions.js';
import { fittingRows, TEXT_UNLESS_LARGE } from '../read/fitting-rows.js';
import type { Reader } from '../connection/open-reader.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { sqliteCodeOf } from '../errors.js';
import { examine, type ExaminedRow } from './examine-commit.js';

const COMMITS_PER_TURN = 500;

/** Walks a log that stands still, some hundred commits per turn of the event loop, or what has come since an earlier examination. */
export async function verify(
  { log, end }: Reader,
  logId: LogId,
  signal: AbortSignal,
  examination = new Examination(),
): Promise<LogReport> {
  try {
    while (examineNext(log, examination)) {
      await nextTurn();
      signal.throwIfAborted();
    }
    return { logId, ...examination.result };
  } finally {
    end();
  }
}

/** `false`: there is nothing more to examine. */
function examineNext(log: SqliteLog, examination: Examination): boolean {
  const after = examination.position;
  try {
    const found = log.all<Omit<ExaminedRow, 'events'> & { events: string | null }>(
      EXAMINED,
      after,
      COMMITS_PER_TURN,
    );
    if (found.length === 0) return false;
    for (const row of fittingRows(log, found)) examine(examination, row);
  } catch (error) {
    const code = sqliteCodeOf(error);
    if (code === undefined) throw error;
    examination.report(
      'damaged',
      after + 1,
      `SQLite cannot read on from here (${code}). Restore from a backup.`,
    );
    return false;
  }
  return !examination.isEnough();
}

const EXAMINED = `
  SELECT c.position, c.stream_id, c.first_version, c.count, c.commit_id, c.at, ${TEXT_UNLESS_LARGE}, s.name AS stream, s.category,
    (SELECT i.position FROM commits i WHERE i.stream_id = c.stream_id AND i.first_version = c.first_version) AS by_stream,
    (SELECT i.position FROM commits i WHERE i.commit_id = c.commit_id) AS by_commit_id,
    (SELECT 1 FROM fences f WHERE f.commit_id = c.commit_id) AS fenced
  FROM commits c LEFT JOIN streams s ON s.id = c.stream_id
  WHERE c.position > ? ORDER BY c.position LIMIT ?`;
