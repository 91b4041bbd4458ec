import type { Commit } from '../../log/commit.js';
import { LogDivergedError } from '../../log/errors.js';
import type { Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { ProcessorId } from '../checkpoint-store.js';
import type { Applied, AppliedVersions } from './applied-versions.js';
import type { KnownVersions } from './commit-feed.js';

/** Streams in memory; a stream that is not used is forgotten when twice as many others were. */
const REMEMBERED = 50_000;

interface Move {
  readonly position: Position;
  readonly stream: StreamName;
  readonly version: StreamVersion;
}

export interface KnownParts {
  readonly store: AppliedVersions<never>;
  readonly processor: ProcessorId;
  readonly log: { readonly logId: string };
  readonly isParked: (stream: StreamName) => boolean;
}

/** The versions that a processor has dealt with, as far as they are needed: valid while it has the lease, when nobody else moves them. */
export class Known implements KnownVersions {
  readonly #parts: KnownParts;
  #upTo: Position;
  #walks = 0;
  #young = new Map<StreamName, StreamVersion>();
  #old = new Map<StreamName, StreamVersion>();
  /** What the stretch of the log at hand will have moved, position by position. */
  #moves: readonly Move[] = [];

  constructor(parts: KnownParts, upTo: Position) {
    this.#parts = parts;
    this.#upTo = upTo;
  }

  /** Complete up to here. */
  get upTo(): Position {
    return this.#upTo;
  }

  get walks(): number {
    return this.#walks;
  }

  isParked(stream: StreamName): boolean {
    return this.#parts.isParked(stream);
  }

  versionOf(stream: StreamName): StreamVersion | undefined {
    const version = this.#young.get(stream);
    if (version !== undefined) return version;
    const old = this.#old.get(stream);
    if (old !== undefined) this.#remember(stream, old);
    return old;
  }

  load(streams: readonly StreamName[]): Promise<void> | undefined {
    const missing = streams.filter((stream) => this.versionOf(stream) === undefined);
    return missing.length === 0 ? undefined : this.#load(missing);
  }

  /**
   * What of a stretch of the log is not known yet. The walker has seen everything before, so that a gap is none that could be filled.
   *
   * @throws LogDivergedError
   */
  async unseen(commits: readonly Commit[]): Promise<readonly Commit[]> {
    await this.load([...new Set(commits.map(({ stream }) => stream))]);
    const ahead = new Map<StreamName, StreamVersion>();
    const moves: Move[] = [];
    const unseen = commits.filter((commit) => {
      const { stream, position, firstVersion, lastVersion } = commit;
      const version = ahead.get(stream) ?? this.versionOf(stream) ?? 0;
      if (lastVersion <= version) return false;
      if (firstVersion !== version + 1) throw this.#diverged(commit, version);
      ahead.set(stream, lastVersion);
      moves.push({ position, stream, version: lastVersion });
      return true;
    });
    this.#moves = moves;
    return unseen;
  }

  /** What has to be saved with a checkpoint at `position`. */
  walkedTo(position: Position): Applied | undefined {
    if (position <= this.#upTo) return undefined;
    const versions = new Map<StreamName, StreamVersion>();
    for (const move of this.#moves) if (move.position <= position) versions.set(move.stream, move.version);
    return { versions, upTo: position };
  }

  /** It was saved. */
  saved({ versions, upTo }: Applied): void {
    for (const [stream, version] of versions) {
      if (version > (this.versionOf(stream) ?? 0)) this.#remember(stream, version);
    }
    if (upTo <= this.#upTo) return;
    this.#upTo = upTo;
    this.#moves = this.#moves.filter((move) => move.position > upTo);
    this.#walks += 1;
  }

  async #load(streams: readonly StreamName[]): Promise<void> {
    const loaded = await this.#parts.store.loadApplied(this.#parts.processor, streams);
    for (const stream of streams) {
      if (this.versionOf(stream) === undefined) this.#remember(stream, loaded.get(stream) ?? 0);
    }
  }

  /** Two generations of maps: forgetting costs nothing until there is much to forget. */
  #remember(stream: StreamName, version: StreamVersion): void {
    this.#young.set(stream, version);
    if (this.#young.size < REMEMBERED) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  #diverged({ stream, position, firstVersion, lastVersion }: Commit, version: StreamVersion): Error {
    const { processor } = this.#parts;
    const { logId } = this.#parts.log;
    return new LogDivergedError(
      logId,
      `Processor "${processor}" has dealt with version ${version} of stream "${stream}", and log ${logId} has versions ${firstVersion} to ` +
        `${lastVersion} at position ${position}: they are not of one log. Rebuild the processor.`,
    );
  }
}
