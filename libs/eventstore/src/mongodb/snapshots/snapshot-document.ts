import type { StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';

/** Mark and state are JSON texts, as the events of a commit are. */
export interface SnapshotDocument {
  /** One for each stream and revision. */
  readonly _id: string;
  readonly stream: StreamName;
  readonly revision: string;
  readonly version: StreamVersion;
  readonly mark: string;
  readonly state: string;
}

export function snapshotKey(stream: StreamName, revision: string): string {
  return JSON.stringify([stream, revision]);
}
