import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SnapshotStrategy, type AggregateRepository } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { orderDefinition, ordersIn, orderSnapshots, type Order } from './order.js';
import { all } from './all.js';
import { restored } from './snapshotting.js';

type Step =
  | { readonly do: 'note'; readonly by: 'old' | 'new'; readonly times: number }
  | { readonly do: 'restore'; readonly commits: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('note' as const),
      by: fc.constantFrom('old' as const, 'new' as const),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), commits: fc.nat(12) }) },
);

function repositoryOn(store: InMemoryEventStore, revision: string): AggregateRepository<Order> {
  const snapshots = { ...orderSnapshots, revision, strategy: SnapshotStrategy.everyEvents(2) };
  return ordersIn({ store, snapshotStore: store, definition: { ...orderDefinition, snapshots } });
}

test('whatever is noted, snapshotted and restored, a load tells what the log tells', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      let store = new InMemoryEventStore();
      let noted = 0;
      for (const each of steps) {
        if (each.do === 'restore') store = restored(store, each.commits);
        else {
          const orders = repositoryOn(store, each.by);
          await orders.execute('1', (order) => {
            for (let i = 0; i < each.times; i++) order.note(`note ${noted++}`);
          });
          await orders.idle();
        }
        const events = await all(store.readStream('order-1'));
        for (const revision of ['old', 'new']) {
          const loaded = await repositoryOn(store, revision).load('1');
          expect(loaded.notes).toStrictEqual(events.map(({ data }) => (data as { note: string }).note));
        }
      }
    }),
    { numRuns: Number(process.env.VARVE_PROPERTY_RUNS ?? 60) },
  );
});
