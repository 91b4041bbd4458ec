import {
  alreadyReleased,
  assertAnother,
  assertElsewhere,
  notEmpty,
  otherSource,
} from '../../log/copy-target.js';
import { LogIncompleteError } from '../../log/errors.js';
import type { CopySource } from '../../log/movable-log.js';
import type { LogRow, SqliteLog } from '../connection/sqlite-log.js';

/** @throws LogIncompleteError the log is being made as a copy of another one */
export function assertComplete(log: SqliteLog): void {
  const source = sourceOf(log);
  if (source) throw new LogIncompleteError(log.location, source.location);
}

/**
 * Marks an empty log as one that is being filled, or finds it marked already. It gets an id that nobody has, so that a store which has the
 * empty log open will not write to it any more.
 *
 * @throws InvalidOptionsError the log has commits of its own, or is being filled from somewhere else
 */
export function beginFilling(log: SqliteLog, source: CopySource): void {
  assertElsewhere(log, source);
  const known = sourceOf(log);
  if (known?.logId === source.logId) return;
  if (known) throw otherSource(log.location, known, source);
  if (!isEmpty(log)) throw notEmpty(log.location, log.newest.position);
  assertAnother({ location: log.location, logId: log.row.log_id }, source);
  // Not all of it: the source may be a store.
  const { logId, location } = source;
  const row = { log_id: crypto.randomUUID(), copied_from: JSON.stringify({ logId, location }) };
  log.run('UPDATE log SET log_id = ?, copied_from = ? WHERE id = 1', row.log_id, row.copied_from);
  log.stageRow(row);
}

/** Call it in a write transaction. @throws LogDivergedError */
export function assertFilling(log: SqliteLog): void {
  if (!sourceOf(log)) throw alreadyReleased(log.location, log.logId);
}

/** Of a log whose id is another one than it was: that may be the source's, which a move gives to the copy. @throws LogDivergedError */
export function assertNotReleased(log: SqliteLog, { logId }: CopySource): void {
  const row = log.get<LogRow>('SELECT * FROM log WHERE id = 1');
  if (row?.log_id === logId && row.copied_from === null) throw alreadyReleased(log.location, logId);
}

export function release(log: SqliteLog, logId: string): void {
  assertFilling(log);
  log.run('UPDATE log SET log_id = ?, copied_from = NULL WHERE id = 1', logId);
  log.stageRow({ log_id: logId, copied_from: null });
}

function sourceOf({ row }: SqliteLog): CopySource | undefined {
  return row.copied_from === null ? undefined : (JSON.parse(row.copied_from) as CopySource);
}

function isEmpty(log: SqliteLog): boolean {
  return (
    log.newest.position === 0 &&
    log.row.sealed === 0 &&
    log.get('SELECT 1 FROM fences LIMIT 1') === undefined &&
    log.get('SELECT 1 FROM consumers LIMIT 1') === undefined
  );
}
