import {
  type AggregateDefinition,
  type AggregateNotice,
  type AggregateRepository,
  type Snapshot,
} from '@varve/eventstore';
import { InMemoryEventStore, MemoryLog } from '@varve/eventstore/testing';
import { orderDefinition, ordersIn, orderSnapshots, type Order } from './order.js';

export type Changes = Partial<typeof orderSnapshots>;

/** Orders with a snapshot every three events; `handled` counts the events that loads have applied. */
export function snapshotting(store: InMemoryEventStore, changes: Changes = {}) {
  const notices: AggregateNotice[] = [];
  const definition: AggregateDefinition<Order> = {
    ...orderDefinition,
    snapshots: { ...orderSnapshots, ...changes },
  };
  const orders = ordersIn({
    store,
    definition,
    snapshotStore: store,
    announce: (notice) => notices.push(notice),
  });
  const reads: (number | undefined)[] = [];
  const readStream = store.readStream.bind(store);
  store.readStream = (stream, options) => {
    reads.push(options?.from);
    return readStream(stream, options);
  };
  return { orders, notices, reads };
}

type Orders = AggregateRepository<Order>;

export async function noteEach(orders: Orders, ...notes: readonly string[]): Promise<void> {
  for (const note of notes) await orders.execute('1', (order) => order.note(note));
  await orders.idle();
}

export function storedSnapshots(store: InMemoryEventStore): Snapshot[] {
  return [...(store.log.snapshots.get('order-1')?.values() ?? [])].map(
    (text) => JSON.parse(text) as Snapshot,
  );
}

/** The log as it was restored from a backup: `upTo` commits, and the snapshots that were made later. */
export function restored(store: InMemoryEventStore, upTo: number): InMemoryEventStore {
  const log = new MemoryLog();
  for (const commit of store.log.commits.slice(0, upTo)) log.add(commit);
  for (const [stream, snapshots] of store.log.snapshots) log.snapshots.set(stream, new Map(snapshots));
  return new InMemoryEventStore({ log });
}
