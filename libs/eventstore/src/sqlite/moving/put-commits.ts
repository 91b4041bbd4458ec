import { LogNotDenseError } from '../../log/errors.js';
import type { StoredCommit, StoredFence } from '../../log/movable-log.js';
import { createStream, write } from '../append/append.js';
import { headOf } from '../append/stream-head.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { assertContinuous } from './assert-continuous.js';
import { assertFilling } from './begin-filling.js';

/** Writes commits as they are, after the newest one; those that are there already are left out. */
export function putCommits(log: SqliteLog, commits: readonly StoredCommit[]): void {
  assertFilling(log);
  const { position: head } = log.newest;
  const next = commits.filter(({ position }) => position > head);
  for (const [i, { position }] of next.entries()) {
    if (position !== head + i + 1) throw new LogNotDenseError(head + i, position);
  }
  assertContinuous(log, next);
  for (const { stream, firstVersion, lastVersion, commitId, at, text } of next) {
    const count = lastVersion - firstVersion + 1;
    const request = { stream, count, text, commitId, at: at.getTime() };
    write(log, request, headOf(log, stream) ?? createStream(log, stream));
  }
}

export function putFences(log: SqliteLog, fences: readonly StoredFence[]): void {
  assertFilling(log);
  for (const { commitId, at } of fences) log.run(FENCE, commitId, at.getTime());
}

const FENCE = 'INSERT INTO fences (commit_id, at) VALUES (?, ?) ON CONFLICT (commit_id) DO NOTHING';
