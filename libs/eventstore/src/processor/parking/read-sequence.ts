import type { Commit } from '../../log/commit.js';
import type { RecordedEvent } from '../../log/event.js';
import type { LogReader } from '../../log/log-reader.js';
import type { Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';

/** A stretch of one stream, in whole commits. */
export interface Sequence {
  readonly commits: readonly Commit[];
  /** Whether the stream goes on below `upTo`. */
  readonly more: boolean;
}

export interface SequenceRequest {
  readonly stream: StreamName;
  readonly from: StreamVersion;
  /** Commits beyond this position are left out. */
  readonly upTo: Position;
  /** At most this many commits. */
  readonly most: number;
}

export async function readSequence(log: LogReader, request: SequenceRequest): Promise<Sequence> {
  const commits: Commit[] = [];
  let events: RecordedEvent[] = [];
  let more = false;
  for await (const event of log.readStream(request.stream, { from: request.from })) {
    if (positionOf(event) > request.upTo) break;
    const first = events[0];
    if (first && positionOf(first) !== positionOf(event)) {
      commits.push(commitFrom(events, first, event.version - 1));
      events = [];
      more = commits.length >= request.most;
      if (more) break;
    }
    events.push(event);
  }
  const first = events[0];
  if (first) commits.push(commitFrom(events, first, events.at(-1)?.version ?? first.version));
  return { commits, more };
}

function commitFrom(
  events: readonly RecordedEvent[],
  first: RecordedEvent,
  lastVersion: StreamVersion,
): Commit {
  const { stream, version, at } = first;
  const commit = { position: positionOf(first), stream, firstVersion: version, lastVersion, at, events };
  return first.commitId === undefined ? commit : { ...commit, commitId: first.commitId };
}

function positionOf(event: RecordedEvent): Position {
  if (event.position === undefined)
    throw new TypeError(`The log gave version ${event.version} of "${event.stream}" without its position.`);
  return event.position;
}
