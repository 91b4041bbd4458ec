import { LogSealedError } from '../../log/errors.js';
import { describeSeal, type LogSeal, type SealOptions } from '../../log/movable-log.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

export function findSeal(log: SqliteLog): LogSeal | undefined {
  log.assertSameFiles();
  log.refresh();
  return sealOf(log);
}

/** Runs in the same kind of transaction as an append and a fence: what comes after it sees it, and what it sees is all there will be. */
export function seal(log: SqliteLog, { movedTo, handedTo }: SealOptions, at: number): LogSeal {
  const known = log.row;
  const row = {
    sealed: known.sealed === 0 ? Math.max(1, at) : known.sealed,
    moved_to: known.moved_to ?? movedTo ?? null,
    handed_to: known.handed_to ?? handedTo ?? null,
  };
  log.run(SEAL, row.sealed, row.moved_to, row.handed_to);
  log.stageRow(row);
  return sealOf(log)!;
}

/** An app may be started on its old log: it can read, and somebody should know why it cannot write. */
export function warnOfSeal(log: SqliteLog, logger: { warn(message: string): void }): void {
  const seal = sealOf(log);
  if (seal) logger.warn(describeSeal(log.location, seal));
}

/** Call it in a write transaction. @throws LogSealedError */
export function assertNotSealed(log: SqliteLog): void {
  const { sealed, moved_to: movedTo } = log.row;
  if (sealed !== 0) throw new LogSealedError(log.logId, movedTo ?? undefined);
}

function sealOf({ row, newest: { position } }: SqliteLog): LogSeal | undefined {
  const { sealed, moved_to: movedTo, handed_to: handedTo } = row;
  if (sealed === 0) return undefined;
  const at = new Date(sealed);
  return { position, at, ...(movedTo !== null && { movedTo }), ...(handedTo !== null && { handedTo }) };
}

const SEAL = 'UPDATE log SET sealed = ?, moved_to = ?, handed_to = ? WHERE id = 1';
