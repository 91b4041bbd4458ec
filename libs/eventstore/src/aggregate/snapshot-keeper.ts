import { markOf, type CommitHeader } from '../log/commit.js';
import type { JsonValue } from '../log/event.js';
import { isMark } from '../log/mark.js';
import type { StreamVersion } from '../log/positions.js';
import type { Snapshot, SnapshotStore } from '../log/snapshot-store.js';
import type { StreamName } from '../log/stream-name.js';
import type { EventRegistry } from '../schema/event-registry.js';
import { tell } from '../log/tell.js';
import type { NoticeListener } from './aggregate-notice.js';
import type { CountedFrom, LoadedState, RestoredState, StreamOfState } from './load-state.js';
import type { SnapshotStrategy } from './snapshot-strategy.js';

/** What a `SnapshotKeeper` is made of: where snapshots go, when one is due, and how a state becomes one and comes back. */
export interface SnapshotRules<State> {
  readonly snapshotStore: SnapshotStore;
  readonly registry: EventRegistry;
  /** The types that the state is made from; all registered ones without it. */
  readonly eventTypes?: readonly string[];
  readonly strategy: SnapshotStrategy;
  /** Change it whenever the shape or meaning of the state changes. The schema versions of the events count in by themselves. */
  readonly revision: string;
  readonly announce?: NoticeListener | undefined;
  toSnapshot(state: State): JsonValue;
  fromSnapshot(id: string, state: JsonValue): State;
}

/**
 * Keeps and finds the snapshots of one kind of state. They are a cache: whatever goes wrong with one is announced, and the events tell
 * the state instead.
 */
export class SnapshotKeeper<State> {
  readonly #rules: SnapshotRules<State>;
  readonly #revision: string;
  readonly #keeping = new Set<Promise<void>>();
  /** The last that was begun of each stream, for as long as it is on its way. Every load asks, so that it must not look through all. */
  readonly #underWay = new Map<StreamName, CountedFrom>();

  constructor(rules: SnapshotRules<State>) {
    this.#rules = rules;
    this.#revision = `${rules.revision}/${rules.registry.revision(rules.eventTypes)}`;
  }

  async restore({ stream, id }: StreamOfState): Promise<RestoredState<State> | undefined> {
    try {
      const snapshot = await this.#rules.snapshotStore.loadSnapshot(stream, this.#revision);
      if (snapshot?.revision !== this.#revision) return undefined;
      if (isUsable(snapshot)) return this.#revive(id, stream, snapshot);
      this.ignore(stream, 'its version or its mark is damaged');
      return undefined;
    } catch (error) {
      this.ignore(stream, 'it could not be read', error);
      return undefined;
    }
  }

  /** Says that a stored snapshot is not used, and why. The next one replaces it. */
  ignore(stream: StreamName, reason: string, error?: unknown): void {
    const because = error === undefined ? {} : { error };
    tell(this.#rules.announce, { kind: 'snapshot-ignored', stream, reason, ...because });
  }

  /**
   * Keeps a snapshot of the state after `commit` when the strategy wants one, behind the caller's back: nobody waits for a cache. The state
   * is what the log tells, not what the caller has in hand: that may have gone other ways than its events. Returns whether one is due.
   */
  keepIfDue(
    stateUpTo: (version: StreamVersion) => Promise<LoadedState<State>>,
    commit: CommitHeader,
    countedFrom: CountedFrom = beginningOf(commit),
  ): boolean {
    const version = commit.lastVersion;
    try {
      const progress = {
        version,
        events: version - countedFrom.version,
        milliseconds: commit.at.getTime() - countedFrom.at,
      };
      if (!this.#rules.strategy.isDue(progress)) return false;
    } catch (error) {
      this.#failed(commit.stream, error);
      return false;
    }
    const { stream } = commit;
    const begun = { version, at: commit.at.getTime() };
    const keeping = this.#keep(stateUpTo, commit)
      .catch((error: unknown) => this.#failed(stream, error))
      .finally(() => {
        this.#keeping.delete(keeping);
        if (this.#underWay.get(stream) === begun) this.#underWay.delete(stream);
      });
    this.#keeping.add(keeping);
    this.#underWay.set(stream, begun);
    return true;
  }

  /** Where the snapshot stands that is on its way: a load that does not find it yet must not have the next one taken at once. */
  underWay(stream: StreamName): CountedFrom | undefined {
    return this.#underWay.get(stream);
  }

  /** Resolves when no snapshot is being written. */
  async idle(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping);
  }

  #revive(id: string, stream: StreamName, snapshot: Snapshot): RestoredState<State> | undefined {
    try {
      return { snapshot, state: this.#rules.fromSnapshot(id, snapshot.state) };
    } catch (error) {
      this.ignore(stream, 'fromSnapshot refused its state', error);
      return undefined;
    }
  }

  async #keep(
    stateUpTo: (version: StreamVersion) => Promise<LoadedState<State>>,
    commit: CommitHeader,
  ): Promise<void> {
    const { state, version } = await stateUpTo(commit.lastVersion);
    // Somebody else has kept a newer one already.
    if (version !== commit.lastVersion) return;
    const snapshot = { version, revision: this.#revision, mark: markOf(commit) };
    await this.#rules.snapshotStore.saveSnapshot(commit.stream, {
      ...snapshot,
      // A copy: the store may keep what it is given, and a decider's state may be shared.
      state: structuredClone(this.#rules.toSnapshot(state)),
    });
  }

  #failed(stream: StreamName, error: unknown): void {
    tell(this.#rules.announce, { kind: 'snapshot-failed', stream, error });
  }
}

/** Also a store that checks nothing must not make a stream unreadable. */
function isUsable({ version, mark }: Snapshot): boolean {
  return Number.isSafeInteger(version) && version > 0 && isMark(mark);
}

/** A stream without events before this commit. */
export function beginningOf(commit: CommitHeader): CountedFrom {
  return { version: commit.firstVersion - 1, at: commit.at.getTime() };
}
