import type { CommitHeader } from '../log/commit.js';
import { ConcurrencyConflictError, InvalidArgumentError } from '../log/errors.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import type { ExpectedVersion } from '../log/expected-version.js';
import { assertKnownNames } from '../log/known-options.js';
import type { StreamVersion } from '../log/positions.js';
import { assertStreamName, type StreamName } from '../log/stream-name.js';
import { classNameOf } from '../schema/event-class.js';
import type { EventSourced } from './aggregate-definition.js';
import { AggregateNotAttachedError } from './aggregate-errors.js';
import { assertRepositoryOptions, type AggregateRepositoryOptions } from './aggregate-repository-options.js';
import { tell } from '../log/tell.js';
import { aggregateSource } from './aggregate-source.js';
import { appendSurely } from './append-surely.js';
import { backoffFrom, type Backoff } from './backoff.js';
import { newCommitId } from './commit-ids.js';
import { loadState, type CountedFrom, type StateSource } from './load-state.js';
import { withMetadata } from './recorded-metadata.js';
import { assertMeets, conflictError, decideUntilAppended } from './redecide.js';
import { EXECUTE_OPTIONS, SAVE_OPTIONS } from './save-options.js';
import type { CommandOptions, SaveOptions, SaveResult } from './save.js';
import { beginningOf } from './snapshot-keeper.js';
import { assertNothingDecided, copyOfUncommitted, removeRecorded } from './uncommitted-events.js';

/** What a repository remembers of an aggregate that it owns. */
interface Attachment {
  readonly stream: StreamName;
  readonly version: StreamVersion;
  readonly countedFrom: CountedFrom | undefined;
  /** The id of a try that failed, and its events: trying them again under it cannot record them twice. */
  readonly tried?: { readonly commitId: string; readonly events: readonly object[] };
}

/**
 * Loads and saves aggregates of one kind. An aggregate belongs to the repository that made or loaded it, which remembers stream and
 * version, so the aggregate itself knows nothing of storage.
 */
export class AggregateRepository<A extends EventSourced> {
  readonly category: string;
  readonly #options: AggregateRepositoryOptions<A>;
  readonly #source: StateSource<A>;
  readonly #backoff: Backoff;
  readonly #attachments = new WeakMap<A, Attachment>();
  readonly #busy = new WeakMap<A, 'saving' | 'executing'>();

  /** @throws InvalidOptionsError */
  constructor(options: AggregateRepositoryOptions<A>) {
    assertRepositoryOptions(options);
    this.category = options.definition.category;
    this.#options = options;
    this.#source = aggregateSource(options);
    this.#backoff = backoffFrom(options.backoff);
  }

  /** @throws InvalidArgumentError for an empty id, and one that makes no stream name */
  streamOf(id: string): StreamName {
    const given: unknown = id;
    if (typeof given !== 'string' || given === '') {
      throw new InvalidArgumentError(
        'id',
        `The id of an aggregate of category "${this.category}" is ${given === '' ? 'empty' : String(given)}. Give a text.`,
      );
    }
    const stream = `${this.category}-${id}`;
    assertStreamName(stream);
    return stream;
  }

  /** A new aggregate. Nothing is read: if its stream has events already, saving it is a conflict. */
  create(id: string): A {
    const stream = this.streamOf(id);
    return this.#attach(this.#options.definition.create(id), { stream, version: 0, countedFrom: undefined });
  }

  /**
   * The aggregate as its events tell it; a new one when there are none.
   *
   * @throws UnknownEventTypeError, EventUndecodableError its stream has an event that this code cannot read
   */
  async load(id: string): Promise<A> {
    const stream = this.streamOf(id);
    const { state, version, countedFrom } = await loadState({ stream, id }, this.#source);
    assertNothingDecided(state, stream);
    return this.#attach(state, { stream, version, countedFrom });
  }

  /** As `load`, but `undefined` when nothing has happened to it. @throws what `load` throws */
  async find(id: string): Promise<A | undefined> {
    const aggregate = await this.load(id);
    return this.versionOf(aggregate) === 0 ? undefined : aggregate;
  }

  /** The version of the last recorded event in the aggregate. @throws AggregateNotAttachedError this repository does not own it */
  versionOf(aggregate: A): StreamVersion {
    return this.#attachmentOf(aggregate).version;
  }

  /**
   * Appends the uncommitted events as one commit, or nothing: then they stay uncommitted. After `repeated`, or an append beyond other
   * events (`expected: 'any'`), the aggregate is no longer owned, since its state is that of no version: load it again.
   *
   * @throws AggregateNotAttachedError this repository does not own it
   * @throws ConcurrencyConflictError somebody else has appended since it was loaded
   */
  async save(aggregate: A, options: SaveOptions = {}): Promise<SaveResult> {
    assertKnownNames(options, SAVE_OPTIONS);
    const result = await this.#saveOnce(aggregate, options, this.#backoff);
    if (result.outcome === 'conflict') throw conflictError(result.conflict);
    return result;
  }

  /**
   * Loads, lets `decide` work on the aggregate, and saves, which `decide` must not do itself; after a conflict all of it again, so `decide`
   * must have no effects of its own. With a `commitId` that is committed already, `decide` does not run and the first result is returned.
   *
   * @throws CommitFencedError the id was fenced: the command came too late
   * @throws ConcurrencyConflictError `expected` does not hold, or somebody else was faster each time
   */
  async execute(
    id: string,
    decide: (aggregate: A) => unknown,
    options: CommandOptions = {},
  ): Promise<SaveResult> {
    assertKnownNames(options, EXECUTE_OPTIONS);
    const { expected, signal, backoff: given, isRepeat, ...saveOptions } = options;
    const stream = this.streamOf(id);
    const backoff = given || signal ? backoffFrom({ ...this.#backoff, ...given, signal }) : this.#backoff;
    const commitId = options.commitId ?? this.#newCommitId();
    const { store, announce } = this.#options;
    return decideUntilAppended(
      { store, stream, commitId: options.commitId, isRepeat, backoff, announce },
      async () => {
        const aggregate = await this.load(id);
        assertMeets(stream, expected, this.versionOf(aggregate));
        this.#busy.set(aggregate, 'executing');
        try {
          await decide(aggregate);
        } finally {
          this.#busy.delete(aggregate);
        }
        return this.#saveOnce(aggregate, { ...saveOptions, commitId }, backoff);
      },
    );
  }

  /** Resolves when no snapshot is being written. Await it before the snapshot store is closed. */
  async idle(): Promise<void> {
    await this.#source.snapshots?.idle();
  }

  #attach(aggregate: A, attachment: Attachment): A {
    this.#attachments.set(aggregate, attachment);
    this.#options.definition.attached?.(aggregate, (options) => this.save(aggregate, options));
    return aggregate;
  }

  #attachmentOf(aggregate: A): Attachment {
    const attachment = this.#attachments.get(aggregate);
    if (!attachment) throw new AggregateNotAttachedError(classNameOf(aggregate));
    return attachment;
  }

  async #saveOnce(aggregate: A, options: SaveOptions, backoff: Backoff) {
    const attachment = this.#attachmentOf(aggregate);
    assertIdle(this.#busy.get(aggregate), attachment.stream);
    const events = copyOfUncommitted(aggregate);
    if (events.length === 0) return { outcome: 'nothing', version: attachment.version } as const;
    this.#busy.set(aggregate, 'saving');
    try {
      return await this.#append(aggregate, attachment, { events, options, backoff });
    } finally {
      this.#busy.delete(aggregate);
    }
  }

  async #append(aggregate: A, attachment: Attachment, { events, options, backoff }: Pending) {
    const { stream, version } = attachment;
    const encoded = withMetadata(
      events.map((event) => this.#options.registry.encode(event)),
      options.metadata,
    );
    const expected = expectedBy(options.expected, stream, version);
    const commitId = options.commitId ?? this.#idFor(events, attachment);
    // Remembered before the append: whatever becomes of it, the same events go under the same id.
    this.#attachments.set(aggregate, { ...attachment, tried: { commitId, events } });
    const append = { stream, expected, events: encoded, commitId, at: options.at };
    const result = await appendSurely(this.#options.store, append, backoff);
    if (!result.ok) return { outcome: 'conflict', conflict: result.conflict } as const;
    removeRecorded(aggregate, events);
    return this.#recorded(aggregate, attachment, { commit: result.commit, encoded });
  }

  #recorded(aggregate: A, attachment: Attachment, { commit, encoded }: Recorded): SaveResult {
    const repeated = commit.firstVersion <= attachment.version;
    if (commit.firstVersion === attachment.version + 1) this.#moveOn(aggregate, attachment, commit);
    else this.#attachments.delete(aggregate);
    if (repeated) return { outcome: 'repeated', commit };
    this.#tell(aggregate, commit, encoded);
    return { outcome: 'appended', commit };
  }

  #moveOn(aggregate: A, { stream, countedFrom }: Attachment, commit: CommitHeader): void {
    const from = countedFrom ?? beginningOf(commit);
    const target = { stream, id: stream.slice(this.category.length + 1) };
    const taken = this.#source.snapshots?.keepIfDue(
      (version) => loadState(target, this.#source, version),
      commit,
      from,
    );
    const at = { version: commit.lastVersion, at: commit.at.getTime() };
    this.#attachments.set(aggregate, { stream, version: commit.lastVersion, countedFrom: taken ? at : from });
  }

  #tell(aggregate: A, commit: CommitHeader, encoded: readonly NewEvent[]): void {
    const { onRecorded, announce } = this.#options;
    if (!onRecorded) return;
    const failed = (error: unknown) =>
      tell(announce, { kind: 'recorded-hook-failed', stream: commit.stream, error });
    try {
      Promise.resolve(onRecorded(recordedFrom(commit, encoded), aggregate)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #idFor(events: readonly object[], { tried }: Attachment): string {
    const same =
      tried?.events.length === events.length && tried.events.every((event, index) => event === events[index]);
    return same ? tried.commitId : this.#newCommitId();
  }

  #newCommitId(): string {
    return (this.#options.newCommitId ?? newCommitId)();
  }
}

interface Pending {
  readonly events: readonly object[];
  readonly options: SaveOptions;
  readonly backoff: Backoff;
}

interface Recorded {
  readonly commit: CommitHeader;
  readonly encoded: readonly NewEvent[];
}

/** A save within `execute` would go without the command's id: sent again, the command would be carried out again. */
function assertIdle(busy: 'saving' | 'executing' | undefined, stream: StreamName): void {
  if (busy === undefined) return;
  const why =
    busy === 'saving'
      ? `A save of "${stream}" is still running. Await it before the next one.`
      : `execute() saves "${stream}" itself when its function is done. Leave out save and commit in there.`;
  throw new InvalidArgumentError('aggregate', why);
}

/** A number below the loaded version goes to the store, which may know the commit id; one above it can only be a stale load. */
function expectedBy(
  demanded: ExpectedVersion | undefined,
  stream: StreamName,
  version: StreamVersion,
): ExpectedVersion {
  if (demanded === undefined) return version;
  const least = demanded === 'no-stream' ? 0 : demanded;
  if (typeof least === 'number' && least > version)
    throw new ConcurrencyConflictError(stream, least, version);
  return demanded;
}

function recordedFrom(commit: CommitHeader, encoded: readonly NewEvent[]): readonly RecordedEvent[] {
  const { stream, position, at, commitId, firstVersion } = commit;
  return encoded.map(({ type, data, metadata = {}, schemaVersion = 1 }, index) => ({
    ...{ stream, version: firstVersion + index, type, data, metadata, schemaVersion, at, position },
    ...(commitId !== undefined && { commitId }),
  }));
}
