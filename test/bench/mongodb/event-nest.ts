import process from 'node:process';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { concurrently, type Benchmark, type Row } from '../measure.ts';
import { newEvents, streamName } from '../payload.ts';
import { EventNest } from './event-nest-library.ts';
import { idOfStream, totals } from './loading.ts';
import { inDatabase, mongodb } from './server.ts';
import { inTurns, type Turns } from '../turns.ts';

const GOAL = 3;
const EVENTS = 10_000;

/** Its store saves in transactions, so the row is there only where the server has them. */
export const eventNest: Benchmark = {
  name: 'mongodb-event-nest',
  about:
    "against event-nest's MongoDB store (installed on first use; needs a server with transactions: MONGODB_URI)",
  run: async ({ quick }) => {
    const { name, transactions } = await mongodb();
    if (!transactions) {
      process.stderr.write(
        `left out: event-nest saves in a transaction, and ${name} has none. Name a server that has some by MONGODB_URI.\n`,
      );
      return [];
    }
    return [
      await appendRow('sequential', { callers: 1, perTurn: 20, turns: quick ? 8 : 24 }),
      await appendRow('64', { callers: 64, perTurn: 256, turns: quick ? 8 : 24 }),
      await loadRow('load-10000', 1, quick ? 4 : 12),
      await loadRow('load-10000-by-tens', 10, quick ? 4 : 12),
    ];
  },
};

type Sides = Pick<Turns, 'ours' | 'reference'>;

async function withBoth(
  row: Omit<Turns, keyof Sides | 'goal'>,
  sides: (store: MongoEventStore, peer: EventNest) => Promise<Sides>,
): Promise<Row> {
  return inDatabase(async (_, address) => {
    const store = await MongoEventStore.connect(address);
    const peer = await EventNest.open(address);
    const measured = await inTurns({ ...row, goal: GOAL, ...(await sides(store, peer)) });
    await Promise.all([store.close(), peer.close()]);
    return { ...measured, note: 'on a server with transactions, which event-nest needs' };
  });
}

interface Appends {
  readonly callers: number;
  readonly perTurn: number;
  readonly turns: number;
}

/** Each caller goes on with its own stream, and says which version it expects. */
function appendRow(name: string, { callers, perTurn, turns }: Appends): Promise<Row> {
  const row = { name: `mongodb-event-nest-append-${name}`, unit: 'events/s', amount: perTurn, turns };
  return withBoth(row, async (store, peer) => {
    const ids = await Promise.all(Array.from({ length: callers }, () => peer.store.generateEntityId()));
    const ours = new Array<number>(callers).fill(0);
    const theirs = new Array<number>(callers).fill(0);
    return {
      ours: () =>
        concurrently(perTurn, callers, async (item, caller) => {
          const result = await store.append(streamName(caller), ours[caller]!++, newEvents(item, 1));
          if (!result.ok) throw new Error('A caller that is alone on its stream met a conflict.');
        }),
      reference: () =>
        concurrently(perTurn, callers, (item, caller) =>
          peer.append(ids[caller]!, theirs[caller]!++, [item]),
        ),
    };
  });
}

/** An aggregate, folded; it was appended to by so many events at a time. */
function loadRow(name: string, eventsEach: number, turns: number): Promise<Row> {
  const row = { name: `mongodb-event-nest-${name}`, unit: 'events/s', amount: EVENTS, turns };
  return withBoth(row, async (store, peer) => {
    const id = await peer.store.generateEntityId();
    const sequences = Array.from({ length: EVENTS }, (_, i) => i);
    for (let from = 0; from < EVENTS; from += 500)
      await peer.append(id, from, sequences.slice(from, from + 500));
    await concurrently(EVENTS / eventsEach, 64, (item) =>
      store.append(streamName(0), item * eventsEach, newEvents(item * eventsEach, eventsEach)),
    );
    const repository = totals(store);
    return {
      ours: async () => {
        const total = await repository.load(idOfStream);
        if (repository.versionOf(total) !== EVENTS) throw new Error('Varve has not loaded all events.');
      },
      reference: async () => {
        const { version, cents } = await peer.load(id);
        if (version !== EVENTS || cents === 0) throw new Error(`event-nest has loaded ${version} events.`);
      },
    };
  });
}
