import { assertExactJson } from '../log/exact-json.js';
import { InvalidArgumentError, InvalidEventError } from '../log/errors.js';
import type { Snapshot } from '../log/snapshot-store.js';
import type { SnapshotText } from './save-snapshot.js';

/** @throws InvalidArgumentError for a state that JSON would change: an aggregate loaded from it would not be the one that was saved */
export function snapshotText(snapshot: Snapshot): SnapshotText {
  const { version, revision, mark, state } = snapshot;
  try {
    assertExactJson(state, 'snapshot', 'state');
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error;
    throw new InvalidArgumentError(
      'snapshot',
      `JSON would change the snapshot at ${error.path}. Use plain data.`,
    );
  }
  return { version, revision, mark, state: JSON.stringify(state) };
}
