import { expect, test, vi } from 'vitest';
import { EventRegistry, SnapshotKeeper, SnapshotStrategy } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';

interface Loaded {
  readonly state: number;
  readonly version: number;
  readonly countedFrom: undefined;
}

function keeping() {
  const snapshotStore = new InMemoryEventStore();
  const keeper = new SnapshotKeeper<number>({
    ...{ snapshotStore, registry: new EventRegistry([]), revision: '1' },
    strategy: SnapshotStrategy.everyEvents(1),
    toSnapshot: (state) => state,
    fromSnapshot: () => 0,
  });
  const keep = (stream: string, version: number, state: Promise<Loaded>) => {
    const at = new Date(version);
    keeper.keepIfDue(() => state, {
      ...{ stream, at, position: version, firstVersion: version, lastVersion: version },
    });
  };
  return { keeper, keep };
}

const loaded = (version: number): Loaded => ({ state: 0, version, countedFrom: undefined });

test('A load looks at its own snapshot that is on its way, not at those of all streams', async () => {
  const { keeper, keep } = keeping();
  const gate = Promise.withResolvers<Loaded>();
  for (let i = 0; i < 300; i++) keep(`order-${i}`, 1, gate.promise);
  const values = vi.spyOn(Map.prototype, 'values');
  const found = [keeper.underWay('order-7'), keeper.underWay('order-300')];
  const looksThrough = values.mock.contexts.map((map) => (map as Map<unknown, unknown>).size);
  values.mockRestore();
  expect(found).toMatchObject([{ version: 1, at: 1 }, undefined]);
  expect(looksThrough).toStrictEqual([]);
  gate.resolve(loaded(1));
  await keeper.idle();
  expect(keeper.underWay('order-7')).toBeUndefined();
});

test('Of two snapshots of a stream that are on their way the later one counts, whichever is kept first', async () => {
  const { keeper, keep } = keeping();
  const [first, second] = [1, 2].map(() => Promise.withResolvers<Loaded>());
  keep('order-1', 1, first!.promise);
  keep('order-1', 2, second!.promise);
  first!.resolve(loaded(1));
  await first!.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(keeper.underWay('order-1')).toMatchObject({ version: 2, at: 2 });
  second!.resolve(loaded(2));
  await keeper.idle();
  expect(keeper.underWay('order-1')).toBeUndefined();
});
