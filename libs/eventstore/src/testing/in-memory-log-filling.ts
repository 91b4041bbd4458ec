import { StoreClosedError } from '../log/errors.js';
import type { LogReport } from '../log/event-store.js';
import type { CopySource, LogFilling, StoredCommit, StoredFence } from '../log/movable-log.js';
import type { LogId, Position } from '../log/positions.js';
import type { MemoryLog } from './memory/memory-log.js';
import { assertFilling, beginFilling, fencesOf, put, storedAfter } from './memory/moving.js';
import { verifyLog } from './memory/verify.js';

/** A log in memory that is made as a copy of another one. */
export class InMemoryLogFilling implements LogFilling {
  readonly location = 'memory';
  #closed = false;

  /** @throws InvalidOptionsError the log is in use, or is being filled from somewhere else */
  constructor(
    protected readonly log: MemoryLog,
    source: CopySource,
  ) {
    this.begin(source);
  }

  get logId(): LogId {
    return this.log.logId;
  }

  async head(): Promise<Position> {
    this.#assertOpen();
    return this.log.commits.length;
  }

  async *readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    this.#assertOpen();
    const commits = storedAfter(this.log, after);
    if (commits.length > 0) yield commits;
  }

  async *readFences(): AsyncIterable<readonly StoredFence[]> {
    this.#assertOpen();
    if (this.log.fenced.size > 0) yield fencesOf(this.log);
  }

  async findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]> {
    this.#assertOpen();
    return fencesOf(this.log).filter(({ commitId }) => commitIds.includes(commitId));
  }

  async put(commits: readonly StoredCommit[]): Promise<void> {
    this.#assertOpen();
    this.assertFilling();
    this.write(commits);
  }

  async putFences(fences: readonly StoredFence[]): Promise<void> {
    this.#assertOpen();
    this.assertFilling();
    for (const { commitId, at } of fences) {
      if (!this.log.fenced.has(commitId)) this.log.fenced.set(commitId, at);
    }
  }

  async verify(): Promise<LogReport> {
    this.#assertOpen();
    return verifyLog(this.log);
  }

  async release(logId: LogId): Promise<void> {
    this.#assertOpen();
    this.assertFilling();
    this.log.logId = logId;
    this.log.source = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  protected begin(source: CopySource): void {
    beginFilling(this.log, source);
  }

  protected write(commits: readonly StoredCommit[]): void {
    put(this.log, commits);
  }

  protected assertFilling(): void {
    assertFilling(this.log);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }
}
