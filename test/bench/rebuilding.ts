import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { defineProjection, Projector, type Projection } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { compare, timed, type Benchmark, type Side } from './measure.ts';
import { EVENT_TYPE, newEvent, streamName, STREAMS, type Measured } from './payload.ts';
import { PlainTable } from './plain-table.ts';

export const rebuilding: Benchmark = {
  name: 'rebuild',
  about:
    'a counting projection from position 0, with checkpoints and transactions, against a scan with JSON.parse',
  run: async (scale) => {
    const amount = scale.quick ? 50_000 : 200_000;
    const comparison = {
      name: 'rebuild-counting',
      unit: 'events/s',
      amount,
      goal: 0.8,
      ours: projectorRebuild(amount),
      reference: plainScan(amount),
    };
    return [await compare(comparison, scale)];
  },
};

/** Counts and sums by customer; each batch writes what it has changed. */
export function countingProjection(): Projection<SqliteTransaction> {
  return defineProjection<SqliteTransaction>({
    name: 'counting',
    version: 1,
    order: 'stream',
    handles: [EVENT_TYPE],
    setup: (tx) =>
      tx.exec(
        'CREATE TABLE {totals} (type TEXT PRIMARY KEY, events INTEGER NOT NULL, cents INTEGER NOT NULL)',
      ),
    applyBatch: (events, tx) => {
      let cents = 0;
      for (const event of events) cents += (event.data as Measured).amountCents;
      tx.run(
        'INSERT INTO {totals} VALUES (?, ?, ?) ON CONFLICT (type) DO UPDATE SET events = events + excluded.events, cents = cents + excluded.cents',
        EVENT_TYPE,
        events.length,
        cents,
      );
    },
  });
}

export function projectorRebuild(amount: number): Side {
  return async (folder) => {
    const log = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    await fillLog(log, amount);
    const readModels = await SqliteReadModels.open({ file: join(folder, 'read-models.db') });
    const projector = new Projector({ log, readModels, projections: [countingProjection()] });
    const milliseconds = await timed(() => projector.runUntilCaughtUp());
    const total = await readModels.query('counting', (query) =>
      query.get<{ events: number }>('SELECT events FROM {totals}'),
    );
    if (total?.events !== amount)
      throw new Error(`The rebuild counted ${String(total?.events)} of ${amount} events.`);
    await readModels.close();
    await log.close();
    return milliseconds;
  };
}

/** One event per commit: the most commits that there can be. */
export async function fillLog(log: SqliteEventStore, amount: number): Promise<void> {
  for (let from = 0; from < amount; from += 4_096) {
    const size = Math.min(4_096, amount - from);
    await Promise.all(
      Array.from({ length: size }, (_, i) =>
        log.append(streamName((from + i) % STREAMS), 'any', [newEvent(from + i)]),
      ),
    );
  }
}

function plainScan(amount: number): Side {
  return async (folder) => {
    const table = new PlainTable(folder);
    table.fill(amount, STREAMS, 1_000);
    const scan = table.database.prepare(
      'SELECT position, stream, version, type, data FROM events ORDER BY position',
    );
    const milliseconds = await timed(() => {
      let events = 0;
      let cents = 0;
      for (const row of scan.iterate() as IterableIterator<{ data: string }>) {
        cents += (JSON.parse(row.data) as Measured).amountCents;
        events++;
      }
      if (events !== amount || cents === 0) throw new Error('The scan missed something.');
    });
    table.close();
    return milliseconds;
  };
}
