import {
  isEventStoreError,
  markOf,
  type AppendResult,
  type CommitOutcome,
  type EventStore,
  type RecordedEvent,
  type SnapshotStore,
  type VerifiableLog,
} from '@varve/eventstore';
import type { AppendOperation, Operation } from './operation.js';

export type Store = EventStore & SnapshotStore & VerifiableLog;

export type Answer =
  | { readonly to: AppendOperation; readonly result: AppendResult | { readonly error: string } }
  | { readonly to: Operation & { kind: 'fence' | 'find' }; readonly outcome: CommitOutcome }
  | {
      readonly to: Operation & { kind: 'read-all' };
      readonly positions: readonly number[];
      readonly upTo: number;
    }
  | { readonly to: Operation & { kind: 'read-stream' }; readonly versions: readonly number[] }
  | { readonly to: Operation & { kind: 'save-snapshot' }; readonly version: number };

export async function perform(store: Store, operation: Operation): Promise<Answer> {
  switch (operation.kind) {
    case 'append':
    case 'close':
      return { to: operation, result: await append(store, operation) };
    case 'fence':
      return { to: operation, outcome: await store.fence(operation.commitId) };
    case 'find':
      return { to: operation, outcome: await store.findCommit(operation.commitId) };
    case 'read-all':
      return readAll(store, operation);
    case 'read-stream': {
      const events = await collect(store.readStream(operation.stream, { direction: operation.direction }));
      return { to: operation, versions: events.map(({ version }) => version) };
    }
    case 'save-snapshot':
      return { to: operation, version: await saveSnapshot(store, operation) };
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function append(store: Store, operation: AppendOperation): Promise<AppendResult | { error: string }> {
  const { kind, stream, expected, events, commitId } = operation;
  const options = commitId === undefined ? {} : { commitId };
  try {
    if (kind === 'close') return await store.closeStream(stream, expected, options);
    return await store.append(stream, expected, events, options);
  } catch (error) {
    if (!isEventStoreError(error)) throw error;
    return { error: error.code };
  }
}

async function readAll(store: Store, operation: Operation & { kind: 'read-all' }): Promise<Answer> {
  const { after, batchSize } = operation;
  const batches = await collect(store.readAll(after, { batchSize }));
  const positions = batches.flatMap(({ commits }) => commits.map(({ position }) => position));
  return { to: operation, positions, upTo: batches.at(-1)?.upTo ?? after };
}

/** Saves where the stream stands now; answers 0 when there is nothing to save. */
async function saveSnapshot(store: Store, operation: Operation & { kind: 'save-snapshot' }): Promise<number> {
  const { stream, revision } = operation;
  const [last] = await collect<RecordedEvent>(store.readStream(stream, { direction: 'backward', limit: 1 }));
  if (last?.position === undefined) return 0;
  const commit = await store.commitAt(last.position);
  if (commit === undefined) throw new Error(`The commit at ${last.position} has vanished.`);
  const state = { upTo: commit.lastVersion };
  await store.saveSnapshot(stream, { version: commit.lastVersion, revision, mark: markOf(commit), state });
  return commit.lastVersion;
}
