import type { Position } from '@varve/eventstore';
import type { Confirmation, Published } from '../publication/publication-store.js';
import type { PublicationFile } from './publication-file.js';

const RECORD = `
  INSERT INTO confirmed (relay, log_id, position, commit_id) VALUES (?, ?, ?, ?)
  ON CONFLICT (relay, log_id, position) DO UPDATE SET commit_id = excluded.commit_id`;
const BETWEEN = `
  SELECT position, commit_id AS commitId FROM confirmed
   WHERE relay = ? AND log_id = ? AND position > ? AND position <= ? ORDER BY position`;
const PRUNE = 'DELETE FROM confirmed WHERE relay = ? AND log_id = ? AND position <= ?';

/** To be called in a transaction. */
export function recordConfirmed(
  file: PublicationFile,
  { relay, logId }: Published,
  confirmed: readonly Confirmation[],
): void {
  const record = file.prepare(RECORD);
  for (const { position, commitId } of confirmed) record.run(relay, logId, position, commitId);
}

export function confirmedBetween(
  file: PublicationFile,
  { relay, logId }: Published,
  after: Position,
  upTo: Position,
): readonly Confirmation[] {
  return file.prepare(BETWEEN).all(relay, logId, after, upTo) as Confirmation[];
}

export function pruneConfirmed(file: PublicationFile, { relay, logId }: Published, upTo: Position): void {
  file.prepare(PRUNE).run(relay, logId, upTo);
}
