import {
  LogDivergedError,
  type FedCommit,
  type LogReader,
  type RecordedEvent,
  type StreamName,
  type StreamVersion,
} from '@varve/eventstore';

/** What is missing: versions `from` to `to`, where a commit ends. */
export interface Gap {
  readonly stream: StreamName;
  readonly from: StreamVersion;
  readonly to: StreamVersion;
}

/** A stretch ends with the commit that reaches one of these: a thousand events may be of megabytes each. */
const MANY_EVENTS = 1_000;
const MANY_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads what is missing from the log, in whole commits: all of it, or the beginning of what is much. Nothing, or less than that, when the
 * log has less: then it is behind what the message promised, and is asked again later.
 *
 * @throws LogDivergedError the log's commits have other bounds than the message that promised them
 */
export async function readStretch(log: LogReader, gap: Gap): Promise<readonly FedCommit[]> {
  const { stream, from, to } = gap;
  const commits: FedCommit[] = [];
  let events: RecordedEvent[] = [];
  let count = 0;
  let characters = 0;
  // One more than is missing: it tells whether a commit ends where the message says.
  for await (const event of log.readStream(stream, { from, limit: to - from + 2 })) {
    const first = events[0];
    if (first && first.position !== event.position) {
      commits.push(commitOf(events, first));
      characters += JSON.stringify(events).length;
      if (count >= MANY_EVENTS || characters >= MANY_CHARACTERS) return commits;
      events = [];
    }
    if (event.version === to + 1 && events.length === 0) return commits;
    if (event.version !== from + count || event.version > to) throw diverged(log, gap, event);
    events.push(event);
    count += 1;
  }
  const first = events[0];
  if (first) commits.push(commitOf(events, first));
  return commits;
}

function commitOf(events: readonly RecordedEvent[], first: RecordedEvent): FedCommit {
  const { stream, version, at, commitId } = first;
  const lastVersion = events.at(-1)?.version ?? version;
  const commit = { stream, firstVersion: version, lastVersion, at, events };
  return commitId === undefined ? commit : { ...commit, commitId };
}

function diverged(log: LogReader, { stream, from, to }: Gap, { version }: RecordedEvent): LogDivergedError {
  return new LogDivergedError(
    log.logId,
    `A message promised that versions ${from} to ${to} of stream "${stream}" end with a commit, and log ${log.logId} has version ${version} ` +
      `otherwise: the message, or what was applied, is of another life of the log. Run "varve log restored" on a log that was restored, and rebuild.`,
  );
}
