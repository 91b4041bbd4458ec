import { markOf } from '../../log/commit.js';
import { isMark } from '../../log/mark.js';
import { sameMark } from '../../log/positions.js';
import type { Snapshot } from '../../log/snapshot-store.js';
import type { StreamName } from '../../log/stream-name.js';
import { headerOf, type MemoryLog } from './memory-log.js';

export function findSnapshot(log: MemoryLog, stream: StreamName, revision: string): Snapshot | undefined {
  const text = log.snapshots.get(stream)?.get(revision);
  return text === undefined ? undefined : (JSON.parse(text) as Snapshot);
}

export function putSnapshot(log: MemoryLog, stream: StreamName, snapshot: Snapshot): void {
  const earlier = findSnapshot(log, stream, snapshot.revision);
  if (earlier && earlier.version > snapshot.version && standsInLog(log, stream, earlier)) return;
  const revisions = log.snapshots.get(stream) ?? new Map<string, string>();
  log.snapshots.set(stream, revisions.set(snapshot.revision, JSON.stringify(snapshot)));
}

/** A snapshot from before a restore must not stand in the way of a younger one with a lower version. */
function standsInLog(log: MemoryLog, stream: StreamName, { version, mark }: Snapshot): boolean {
  const commit = log.streams.get(stream)?.find(({ lastVersion }) => lastVersion === version);
  return commit !== undefined && isMark(mark) && sameMark(markOf(headerOf(commit)), mark);
}
