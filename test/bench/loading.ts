import { join } from 'node:path';
import { AggregateRepository, defineEvent, EventRegistry } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { compare, timed, type Benchmark, type Side } from './measure.ts';
import { EVENT_TYPE, newEvent, streamName, type Measured } from './payload.ts';
import { PlainTable } from './plain-table.ts';

const EVENTS = 10_000;

/** A running total: as little work per event as an aggregate can have, so that the load itself is measured. */
class Total {
  cents = 0;
  readonly #uncommitted: object[] = [];

  getUncommittedEvents(): object[] {
    return this.#uncommitted;
  }
}

export const loading: Benchmark = {
  name: 'load-10000',
  about: 'AggregateRepository.load of 10,000 events, against a plain query, JSON.parse and the same fold',
  run: async (scale) => {
    const loads = scale.quick ? 5 : 20;
    const comparison = {
      name: 'load-10000',
      unit: 'events/s',
      amount: loads * EVENTS,
      goal: 0.85,
      ours: repositoryLoads(loads),
      reference: plainLoads(loads),
    };
    return [await compare(comparison, scale)];
  },
};

export function repositoryLoads(loads: number): Side {
  return async (folder) => {
    const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    await Promise.all(
      Array.from({ length: EVENTS }, (_, i) => store.append(streamName(0), i, [newEvent(i)])),
    );
    const repository = new AggregateRepository<Total>({
      store,
      registry: new EventRegistry([defineEvent(EVENT_TYPE)]),
      definition: {
        category: 'order',
        create: () => new Total(),
        handlers: {
          [EVENT_TYPE]: (total, event: { data: Measured }) => void (total.cents += event.data.amountCents),
        },
      },
    });
    const milliseconds = await timed(async () => {
      for (let i = 0; i < loads; i++) await repository.load(streamName(0).slice('order-'.length));
    });
    await store.close();
    return milliseconds;
  };
}

function plainLoads(loads: number): Side {
  return async (folder) => {
    const table = new PlainTable(folder);
    table.fill(EVENTS, 1, 64);
    const query = table.database.prepare(
      'SELECT version, type, data FROM events WHERE stream = ? ORDER BY version',
    );
    const milliseconds = await timed(() => {
      for (let i = 0; i < loads; i++) {
        let cents = 0;
        for (const row of query.all(streamName(0)) as { type: string; data: string }[]) {
          if (row.type === EVENT_TYPE) cents += (JSON.parse(row.data) as Measured).amountCents;
        }
        if (cents === 0) throw new Error('Nothing was folded.');
      }
    });
    table.close();
    return milliseconds;
  };
}
