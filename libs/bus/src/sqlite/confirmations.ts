import type { LogId, Position } from '@varve/eventstore';
import type { Confirmation } from '../publication/publication-store.js';
import type { PublicationFile } from './publication-file.js';

const RECORD = `
  INSERT INTO confirmed (log_id, position, commit_id) VALUES (?, ?, ?)
  ON CONFLICT (log_id, position) DO UPDATE SET commit_id = excluded.commit_id`;
const BETWEEN = `
  SELECT position, commit_id AS commitId FROM confirmed
   WHERE log_id = ? AND position > ? AND position <= ? ORDER BY position`;
const PRUNE = 'DELETE FROM confirmed WHERE log_id = ? AND position <= ?';

/** To be called in a transaction. */
export function recordConfirmed(
  file: PublicationFile,
  logId: LogId,
  confirmed: readonly Confirmation[],
): void {
  const record = file.prepare(RECORD);
  for (const { position, commitId } of confirmed) record.run(logId, position, commitId);
}

export function confirmedBetween(
  file: PublicationFile,
  logId: LogId,
  after: Position,
  upTo: Position,
): readonly Confirmation[] {
  return file.prepare(BETWEEN).all(logId, after, upTo) as Confirmation[];
}

export function pruneConfirmed(file: PublicationFile, logId: LogId, upTo: Position): void {
  file.prepare(PRUNE).run(logId, upTo);
}
