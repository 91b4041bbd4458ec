import { alreadyReleased, assertAnother, notEmpty, otherSource } from '../../log/copy-target.js';
import { LogIncompleteError, LogNotDenseError, LogSealedError } from '../../log/errors.js';
import type { CopySource, LogSeal, StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { Position } from '../../log/positions.js';
import { decodeEvents } from '../../log/commit-text.js';
import { headerOf, type MemoryLog } from './memory-log.js';

export function sealOf({ seal, commits }: MemoryLog): LogSeal | undefined {
  return seal && { position: commits.length, ...seal };
}

/** @throws LogSealedError */
export function assertNotSealed({ logId, seal }: MemoryLog): void {
  if (seal) throw new LogSealedError(logId, seal.movedTo);
}

/** @throws LogIncompleteError */
export function assertComplete({ source }: MemoryLog): void {
  if (source) throw new LogIncompleteError('memory', source.location);
}

export function storedAfter(log: MemoryLog, after: Position): StoredCommit[] {
  return log.commits.slice(after).map((stored) => ({ ...headerOf(stored), text: stored.text }));
}

export function fencesOf({ fenced }: MemoryLog): StoredFence[] {
  return [...fenced].map(([commitId, at]) => ({ commitId, at }));
}

/** @throws InvalidOptionsError the log is in use, or is being filled from somewhere else */
export function beginFilling(log: MemoryLog, source: CopySource): void {
  if (log.source?.logId === source.logId) return;
  if (log.source) throw otherSource('memory', log.source, source);
  if (log.commits.length > 0 || log.fenced.size > 0 || log.seal) throw notEmpty('memory', log.commits.length);
  assertAnother({ location: 'memory', logId: log.logId }, source);
  log.source = source;
  log.logId = crypto.randomUUID();
}

/** @throws LogDivergedError */
export function assertFilling(log: MemoryLog): void {
  if (!log.source) throw alreadyReleased('memory', log.logId);
}

export function put(log: MemoryLog, commits: readonly StoredCommit[]): void {
  const next = commits.filter(({ position }) => position > log.commits.length);
  for (const [i, { position }] of next.entries()) {
    const before = log.commits.length + i;
    if (position !== before + 1) throw new LogNotDenseError(before, position);
  }
  for (const commit of next) log.add(storedOf(commit));
}

function storedOf(commit: StoredCommit): Parameters<MemoryLog['add']>[0] {
  const { commitId, at, text } = commit;
  const types = new Set(decodeEvents(text, commit).map(({ type }) => type));
  return { ...commit, commitId, at: at.getTime(), types };
}
