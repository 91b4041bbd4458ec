import { decodeEvents, isClosing } from '../../log/commit-text.js';
import type { Commit, CommitHeader } from '../../log/commit.js';
import { StoreUnavailableError } from '../../log/errors.js';
import type { CopySource } from '../../log/movable-log.js';
import type { LogId, Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';

/** A commit as text, so that nobody who appended or read it can change it afterwards. */
export interface StoredCommit {
  readonly position: Position;
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  readonly at: number;
  readonly commitId: string | undefined;
  readonly text: string;
  readonly types: ReadonlySet<string>;
}

/** What several `InMemoryEventStore`s of one process share when they are to be one log. */
export class MemoryLog {
  /** Changes when the log is filled as a copy. */
  logId: LogId = crypto.randomUUID();
  readonly commits: StoredCommit[] = [];
  readonly streams = new Map<StreamName, StoredCommit[]>();
  readonly committed = new Map<string, StoredCommit>();
  /** By commit id, since when. */
  readonly fenced = new Map<string, Date>();
  seal: { readonly at: Date; movedTo?: string; handedTo?: LogId } | undefined;
  /** While the log is filled as a copy. */
  source: CopySource | undefined;
  /** By stream, then by revision, as JSON text. */
  readonly snapshots = new Map<StreamName, Map<string, string>>();
  readonly #listeners = new Set<() => void>();
  #full = false;

  /** The next write is refused as by a full disk. */
  failNextCommit(): void {
    this.#full = true;
  }

  add(commit: StoredCommit): void {
    this.#assertSpace();
    this.commits.push(commit);
    const stream = this.streams.get(commit.stream);
    if (stream) stream.push(commit);
    else this.streams.set(commit.stream, [commit]);
    if (commit.commitId !== undefined) this.committed.set(commit.commitId, commit);
    for (const listener of [...this.#listeners]) listener();
  }

  lastOf(stream: StreamName): StoredCommit | undefined {
    return this.streams.get(stream)?.at(-1);
  }

  versionOf(stream: StreamName): StreamVersion {
    return this.lastOf(stream)?.lastVersion ?? 0;
  }

  isClosed(stream: StreamName): boolean {
    const last = this.lastOf(stream);
    return last !== undefined && isClosing(last.text);
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #assertSpace(): void {
    if (!this.#full) return;
    this.#full = false;
    throw new StoreUnavailableError('The storage is full. Nothing was written.', 'not-written');
  }
}

export function headerOf(stored: StoredCommit): CommitHeader {
  const { position, stream, firstVersion, lastVersion, commitId } = stored;
  const header = { position, stream, firstVersion, lastVersion, at: new Date(stored.at) };
  return commitId === undefined ? header : { ...header, commitId };
}

export function commitOf(stored: StoredCommit): Commit {
  const header = headerOf(stored);
  return { ...header, events: decodeEvents(stored.text, header) };
}
