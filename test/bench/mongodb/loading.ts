import { AggregateRepository, defineEvent, EventRegistry } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { concurrently, type Benchmark } from '../measure.ts';
import { EVENT_TYPE, newEvent, streamName, type Measured } from '../payload.ts';
import { centsOf, RawCollection } from './raw-collection.ts';
import { inDatabase } from './server.ts';
import { inTurns } from '../turns.ts';

export const EVENTS = 10_000;
/** What the store asks for at once. */
const PER_CALL = 1_000;

export const mongoLoading: Benchmark = {
  name: 'mongodb-load',
  about:
    'AggregateRepository.load of 10,000 events, against finds of as many documents, JSON.parse and the same fold',
  run: ({ quick }) =>
    inDatabase(async (database, address) => {
      const store = await MongoEventStore.connect(address);
      await fillStream(store);
      const raw = await RawCollection.create(database);
      await raw.fill(EVENTS, PER_CALL, 1);
      const repository = totals(store);
      const row = await inTurns({
        name: 'mongodb-load-10000',
        unit: 'events/s',
        amount: EVENTS,
        turns: quick ? 8 : 24,
        goal: 0.85,
        ours: async () => {
          if ((await repository.load(idOfStream)).cents === 0) throw new Error('Nothing was folded.');
        },
        reference: () => loadRaw(raw),
      });
      await store.close();
      return [row];
    }),
};

/** A running total: as little work per event as an aggregate can have, so that the load itself is measured. */
class Total {
  cents = 0;
  readonly #uncommitted: object[] = [];

  getUncommittedEvents(): object[] {
    return this.#uncommitted;
  }
}

export const idOfStream = streamName(0).slice('order-'.length);

/** One event per commit: the most documents that there can be. */
async function fillStream(store: MongoEventStore): Promise<void> {
  await concurrently(EVENTS, 64, (i) => store.append(streamName(0), i, [newEvent(i)]));
}

export function totals(store: MongoEventStore): AggregateRepository<Total> {
  return new AggregateRepository<Total>({
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

async function loadRaw({ commits }: RawCollection): Promise<void> {
  let [version, cents] = [0, 0];
  for (;;) {
    const found = await commits
      .find({ stream: streamName(0), firstVersion: { $gt: version } })
      .sort({ firstVersion: 1 })
      .limit(PER_CALL)
      .toArray();
    const last = found.at(-1);
    if (!last) break;
    cents += centsOf(found);
    version = last.lastVersion;
  }
  if (version !== EVENTS || cents === 0) throw new Error(`${version} of ${EVENTS} events were loaded.`);
}
