import { join } from 'node:path';
import { AggregateRepository, defineEvent, EventRegistry } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { inFolder, type Benchmark } from './measure.ts';
import { EVENT_TYPE, newEvent, streamName, type Measured } from './payload.ts';
import { PlainTable } from './plain-table.ts';
import { inTurns } from './turns.ts';

export const EVENTS = 10_000;

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
  run: ({ quick }) =>
    inFolder(async (folder) => {
      const log = await LongStream.open(folder);
      const table = new PlainTable(folder);
      table.fill(EVENTS, 1, 64);
      const query = table.database.prepare(
        'SELECT version, type, data FROM events WHERE stream = ? ORDER BY version',
      );
      const plain = (): void => {
        let cents = 0;
        for (const row of query.all(streamName(0)) as { type: string; data: string }[]) {
          if (row.type === EVENT_TYPE) cents += (JSON.parse(row.data) as Measured).amountCents;
        }
        if (cents === 0) throw new Error('Nothing was folded.');
      };
      const measured = await inTurns({
        ...{ name: 'load-10000', unit: 'events/s', amount: EVENTS, turns: quick ? 12 : 60, goal: 0.85 },
        ours: () => log.load(),
        reference: plain,
      });
      await log.close();
      table.close();
      return [measured];
    }),
};

/** A log with one aggregate of 10,000 events, appended one by one. */
export class LongStream {
  readonly #store: SqliteEventStore;
  readonly #repository: AggregateRepository<Total>;

  private constructor(store: SqliteEventStore) {
    this.#store = store;
    this.#repository = new AggregateRepository<Total>({
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
  }

  static async open(folder: string): Promise<LongStream> {
    const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    await Promise.all(
      Array.from({ length: EVENTS }, (_, i) => store.append(streamName(0), i, [newEvent(i)])),
    );
    return new LongStream(store);
  }

  async load(): Promise<void> {
    const { cents } = await this.#repository.load(streamName(0).slice('order-'.length));
    if (cents === 0) throw new Error('Nothing was folded.');
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
