import type { EventStore } from '../log/event-store.js';
import { assertKnownNames, type OptionsKnown } from '../log/known-options.js';
import { assertStreamName, type StreamName } from '../log/stream-name.js';
import type { EventRegistry } from '../schema/event-registry.js';
import type { NoticeListener } from './aggregate-notice.js';
import { appendSurely } from './append-surely.js';
import { assertDecided } from './assert-decided.js';
import { backoffFrom, type Backoff } from './backoff.js';
import { newCommitId } from './commit-ids.js';
import type { Decider } from './decider.js';
import { loadState, type StateSource } from './load-state.js';
import { withMetadata } from './recorded-metadata.js';
import { assertMeets, decideUntilAppended, type Attempt } from './redecide.js';
import { EXECUTE_OPTIONS } from './save-options.js';
import type { CommandOptions, SaveResult } from './save.js';
import type { SnapshotKeeper } from './snapshot-keeper.js';
import { assertSynchronous } from './synchronous.js';

/** A stream, and the rules that decide what is appended to it. */
export interface DecidedStream<State, Command, Event extends object> {
  readonly stream: StreamName;
  readonly decider: Decider<State, Command, Event>;
  readonly registry: EventRegistry;
  /** One keeper for all streams of the decider. */
  readonly snapshots?: SnapshotKeeper<State>;
}

/** What `handleCommand` takes beside the stream and the command. */
export interface HandleCommandOptions extends CommandOptions {
  /** Hears that a command is decided again after a conflict, with the wait before it. */
  readonly announce?: NoticeListener;
}

const HANDLE_OPTIONS: OptionsKnown<HandleCommandOptions> = {
  ...EXECUTE_OPTIONS,
  of: 'handleCommand',
  known: { ...EXECUTE_OPTIONS.known, announce: true },
};

/**
 * Load → decide → append. After a conflict it loads and decides again, a few times, under the same commit id. With a `commitId` that is
 * committed already nothing is decided, and the first result is returned: a command may be sent again until somebody answers.
 *
 * @throws CommitFencedError the id was fenced: the command came too late
 * @throws ConcurrencyConflictError `expected` does not hold, or somebody else was faster each time
 * @throws StoreUnavailableError the store cannot be used; `written` says whether anything can have been written
 */
export async function handleCommand<State, Command, Event extends object>(
  store: EventStore,
  target: DecidedStream<State, Command, Event>,
  command: Command,
  options: HandleCommandOptions = {},
): Promise<SaveResult> {
  assertStreamName(target.stream);
  assertKnownNames(options, HANDLE_OPTIONS);
  const backoff = backoffFrom({ ...options.backoff, ...(options.signal && { signal: options.signal }) });
  const { stream } = target;
  const { commitId, isRepeat, announce } = options;
  const attempt = attemptOf(store, target, command, {
    ...options,
    commitId: commitId ?? newCommitId(),
    backoff,
  });
  return decideUntilAppended({ store, stream, commitId, isRepeat, backoff, announce }, attempt);
}

type AttemptOptions = HandleCommandOptions & { readonly commitId: string; readonly backoff: Backoff };

function attemptOf<State, Command, Event extends object>(
  store: EventStore,
  target: DecidedStream<State, Command, Event>,
  command: Command,
  options: AttemptOptions,
): Attempt {
  const { stream, decider, registry } = target;
  const source = deciderSource(store, target);
  const ofStream = { stream, id: idOf(stream) };
  return async () => {
    const loaded = await loadState(ofStream, source);
    assertMeets(stream, options.expected, loaded.version);
    const decided = decider.decide(command, loaded.state);
    assertDecided(decided, `decide of stream "${stream}"`, command);
    if (decided.length === 0) return { outcome: 'nothing', version: loaded.version };
    const events = withMetadata(
      decided.map((event) => registry.encode(event)),
      options.metadata,
    );
    const append = { stream, expected: loaded.version, events, commitId: options.commitId, at: options.at };
    const result = await appendSurely(store, append, options.backoff);
    if (!result.ok) return { outcome: 'conflict', conflict: result.conflict };
    const { commit } = result;
    if (commit.firstVersion !== loaded.version + 1) return { outcome: 'repeated', commit };
    target.snapshots?.keepIfDue(
      (version) => loadState(ofStream, source, version),
      commit,
      loaded.countedFrom,
    );
    return { outcome: 'appended', commit };
  };
}

function deciderSource<State, Command, Event extends object>(
  store: EventStore,
  { decider, registry, snapshots }: DecidedStream<State, Command, Event>,
): StateSource<State> {
  return {
    store,
    registry,
    ...(snapshots && { snapshots }),
    initial: () => decider.initial(),
    evolve: (state, event) => {
      if (event.type.startsWith('$')) return state;
      const next = decider.evolve(state, registry.revive(event) as Event);
      assertSynchronous(next, () => `evolve of "${event.type}"`);
      return next;
    },
  };
}

function idOf(stream: StreamName): string {
  return stream.slice(stream.indexOf('-') + 1);
}
