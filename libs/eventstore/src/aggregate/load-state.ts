import { StoreClosedError, StoreUnavailableError } from '../log/errors.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import type { EventStore } from '../log/event-store.js';
import type { StreamVersion } from '../log/positions.js';
import type { Snapshot } from '../log/snapshot-store.js';
import type { StreamName } from '../log/stream-name.js';
import type { EventRegistry } from '../schema/event-registry.js';
import type { SnapshotKeeper } from './snapshot-keeper.js';

interface BoundedSource<State> extends StateSource<State> {
  readonly upTo: StreamVersion;
  readonly underWay: CountedFrom | undefined;
}

/** Where a state comes from: its beginning, its events, and perhaps a snapshot on the way. */
export interface StateSource<State> {
  readonly store: EventStore;
  readonly registry: EventRegistry;
  readonly snapshots?: SnapshotKeeper<State>;
  initial(id: string): State;
  /** `event` is decoded. Returns the state to go on with, which may be the same object. */
  evolve(state: State, event: NewEvent): State;
}

/** Which stream, and the id that its state is made with. */
export interface StreamOfState {
  readonly stream: StreamName;
  readonly id: string;
}

export interface LoadedState<State> {
  readonly state: State;
  readonly version: StreamVersion;
  /** Where the last usable snapshot stands, or the stream's beginning: snapshot strategies count from here. */
  readonly countedFrom: CountedFrom | undefined;
}

export interface CountedFrom {
  readonly version: StreamVersion;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The state as the stream tells it; `upTo` leaves out what happened later, unless there is a snapshot of it. */
export async function loadState<State>(
  target: StreamOfState,
  source: StateSource<State>,
  upTo = Infinity,
): Promise<LoadedState<State>> {
  const bounded = { ...source, upTo, underWay: source.snapshots?.underWay(target.stream) };
  const restored = await source.snapshots?.restore(target);
  if (restored) {
    const loaded = await unlessItFails(target, bounded, restored);
    if (loaded) return loaded;
  }
  const quick = source.snapshots ? undefined : await foldPayloads(target, source);
  if (quick) return quick;
  const events = source.store.readStream(target.stream);
  const start = { state: source.initial(target.id), version: 0, countedFrom: bounded.underWay };
  return fold(start, events, bounded);
}

/** `undefined`: the store has no quick way, or an event is of an older shape, which only a recorded event can be decoded from. */
async function foldPayloads<State>(
  { stream, id }: StreamOfState,
  source: StateSource<State>,
): Promise<LoadedState<State> | undefined> {
  const { store, registry } = source;
  if (!store.readPayloads) return undefined;
  let state = source.initial(id);
  let version = 0;
  for await (const events of store.readPayloads(stream)) {
    for (const event of events) {
      if (!registry.isCurrent(event)) return undefined;
      state = source.evolve(state, event);
    }
    version += events.length;
  }
  return { state, version, countedFrom: undefined };
}

export interface RestoredState<State> {
  readonly snapshot: Snapshot;
  readonly state: State;
}

/** A state that its own events do not fit on is no reason to give up: they are folded once more without it. */
async function unlessItFails<State>(
  target: StreamOfState,
  source: BoundedSource<State>,
  restored: RestoredState<State>,
): Promise<LoadedState<State> | undefined> {
  try {
    return await foldAfterSnapshot(target, source, restored);
  } catch (error) {
    if (error instanceof StoreUnavailableError || error instanceof StoreClosedError) throw error;
    source.snapshots?.ignore(target.stream, 'the events after it could not be applied to its state', error);
    return undefined;
  }
}

/** Reads from the event at which the snapshot was taken, so that one read both checks the snapshot and goes on from it. */
async function foldAfterSnapshot<State>(
  { stream }: StreamOfState,
  source: BoundedSource<State>,
  { snapshot, state }: RestoredState<State>,
): Promise<LoadedState<State> | undefined> {
  const events = source.store.readStream(stream, { from: snapshot.version })[Symbol.asyncIterator]();
  const first = await events.next();
  const why = first.done ? 'the log ends before it' : whyNotFrom(snapshot, first.value);
  if (why !== undefined) {
    await events.return?.();
    source.snapshots?.ignore(stream, why);
    return undefined;
  }
  const countedFrom = source.underWay ?? { version: snapshot.version, at: snapshot.mark.at };
  return fold(
    { state, version: snapshot.version, countedFrom },
    { [Symbol.asyncIterator]: () => events },
    source,
  );
}

/** A log that was restored from a backup may have other events at the same versions. */
function whyNotFrom({ version, mark }: Snapshot, event: RecordedEvent): string | undefined {
  const same =
    event.version === version &&
    event.stream === mark.stream &&
    event.at.getTime() === mark.at &&
    event.commitId === mark.commitId &&
    mark.firstVersion <= version;
  return same ? undefined : `the log has another commit at version ${version}`;
}

async function fold<State>(
  start: LoadedState<State>,
  events: AsyncIterable<RecordedEvent>,
  source: BoundedSource<State>,
): Promise<LoadedState<State>> {
  let { state, version, countedFrom } = start;
  for await (const event of events) {
    if (event.version > source.upTo) break;
    if (source.registry.isCurrent(event)) state = source.evolve(state, event);
    else for (const decoded of source.registry.decode(event)) state = source.evolve(state, decoded);
    version = event.version;
    countedFrom ??= { version: 0, at: event.at.getTime() };
  }
  return { state, version, countedFrom };
}
