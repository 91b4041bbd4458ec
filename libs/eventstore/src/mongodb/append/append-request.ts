import type { AppendResult } from '../../log/commit.js';
import type { ExpectedVersion } from '../../log/expected-version.js';
import type { StreamName } from '../../log/stream-name.js';
import type { CommitId } from '../connection/commit-document.js';

/** An append whose arguments have been checked. */
export interface AppendRequest {
  readonly stream: StreamName;
  readonly expected: ExpectedVersion;
  readonly count: number;
  /** The events as they were when `append` was called: the caller may change its objects before the group is written. */
  readonly text: string;
  readonly types: readonly string[];
  /** The same over all tries. */
  readonly commitId: CommitId;
  readonly at: Date;
}

/** A request that waits for its answer. */
export interface PendingAppend extends AppendRequest {
  /** `commitId` for a Map. */
  readonly key: string;
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
  /** When to give up, on the monotonic clock. */
  readonly deadline: number;
  /** It has been in a command: whether it was written is known only when it has been looked for. */
  sent: boolean;
  /** What is remembered does not let it pass: ask the server before it is refused. */
  doubtful: boolean;
  /** It has its answer. */
  settled: boolean;
}
