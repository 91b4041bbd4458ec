import { markOf, type CommitHeader } from '../log/commit.js';
import { InvalidArgumentError, InvalidEventError, StoreIncompatibleError } from '../log/errors.js';
import type { JsonValue } from '../log/event.js';
import { assertExactJson } from '../log/exact-json.js';
import { isMark } from '../log/mark.js';
import { sameMark, type Mark, type StreamVersion } from '../log/positions.js';
import type { Snapshot } from '../log/snapshot-store.js';
import type { StreamName } from '../log/stream-name.js';

/** A snapshot whose mark and state are JSON texts. */
export interface SnapshotText {
  readonly version: StreamVersion;
  readonly revision: string;
  readonly mark: string;
  readonly state: string;
}

/** @throws InvalidArgumentError for a state that JSON would change: an aggregate loaded from it would not be the one that was saved */
export function snapshotText({ version, revision, mark, state }: Snapshot): SnapshotText {
  try {
    assertExactJson(state, 'snapshot', 'state');
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error;
    throw new InvalidArgumentError(
      'snapshot',
      `JSON would change the snapshot at ${error.path}. Use plain data.`,
    );
  }
  return { version, revision, mark: JSON.stringify(mark), state: JSON.stringify(state) };
}

/** @throws StoreIncompatibleError what is stored is no snapshot */
export function snapshotFrom(text: SnapshotText, stream: StreamName): Snapshot {
  const { version, revision } = text;
  const mark = parse(text.mark, stream);
  if (!isMark(mark)) throw damaged(stream);
  return { version, revision, mark, state: parse(text.state, stream) as JsonValue };
}

/** `undefined`: it is damaged, which must fail nobody who only wants to put another snapshot in its place. */
export function markFrom(text: string): Mark | undefined {
  try {
    const mark: unknown = JSON.parse(text);
    return isMark(mark) ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a snapshot of that version and mark was made after this commit. */
export function isMadeAfter(commit: CommitHeader, version: StreamVersion, mark: Mark): boolean {
  return commit.lastVersion === version && sameMark(markOf(commit), mark);
}

function parse(text: string, stream: StreamName): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(stream, { cause: error });
  }
}

function damaged(stream: StreamName, options?: ErrorOptions): StoreIncompatibleError {
  const advice = 'It is a cache: delete it, or let the next one replace it';
  return new StoreIncompatibleError(`The snapshot of stream "${stream}" is damaged. ${advice}.`, options);
}
