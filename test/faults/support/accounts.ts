import type { EventStore, RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import type { SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';

export interface AccountsOptions {
  /** The projection's version; it is also in every row. */
  readonly release?: number;
  readonly then?: 'stop' | 'park';
  /** Called before an event is applied, inside of the transaction; what it throws fails the event. */
  readonly before?: (event: RecordedEvent) => void;
}

/** One row per stream, and one for all of them: whatever is applied twice, left out or half done shows in one of the two. */
export function accounts({
  release = 1,
  then = 'stop',
  before,
}: AccountsOptions = {}): Projection<SqliteTransaction> {
  return defineProjection<SqliteTransaction>({
    name: 'accounts',
    version: release,
    order: 'stream',
    failurePolicy: { retries: 0, then },
    setup: (tx) =>
      tx.exec(`
        CREATE TABLE {accounts} (id TEXT PRIMARY KEY, cents INTEGER, events INTEGER, version INTEGER, release INTEGER) STRICT;
        CREATE TABLE {sums} (id INTEGER PRIMARY KEY, cents INTEGER, events INTEGER) STRICT;
        INSERT INTO {sums} VALUES (1, 0, 0)`),
    on: {
      'order.charged': (event, tx) => {
        before?.(event);
        charge(event as RecordedEvent<{ cents: number }>, tx, release);
      },
    },
  });
}

function charge(event: RecordedEvent<{ cents: number }>, tx: SqliteTransaction, release: number): void {
  const { stream, version, data } = event;
  const { changes } = tx.run(
    `INSERT INTO {accounts} VALUES (?, ?, 1, ?, ?)
     ON CONFLICT (id) DO UPDATE SET cents = cents + excluded.cents, events = events + 1, version = excluded.version
     WHERE excluded.version = version + 1`,
    stream,
    data.cents,
    version,
    release,
  );
  if (changes !== 1)
    throw new Error(`Version ${version} of "${stream}" does not follow what was applied before.`);
  tx.run('UPDATE {sums} SET cents = cents + ?, events = events + 1', data.cents);
}

export interface Rows {
  readonly accounts: readonly unknown[];
  readonly sums: readonly unknown[];
}

export function rowsOf(readModels: SqliteReadModels): Promise<Rows> {
  return readModels.query('accounts', (query) => ({
    accounts: query.all('SELECT * FROM {accounts} ORDER BY id'),
    sums: query.all('SELECT * FROM {sums}'),
  }));
}

/** What the rows must be, worked out from the log with nothing but a Map. */
export async function foldOf(log: EventStore, release = 1): Promise<Rows> {
  const found = new Map<
    string,
    { id: string; cents: number; events: number; version: number; release: number }
  >();
  const sum = { id: 1, cents: 0, events: 0 };
  for await (const { commits } of log.readAll(0)) {
    for (const { stream, version, data } of commits.flatMap((commit) => commit.events)) {
      const { cents } = data as { cents: number };
      const row = found.get(stream);
      found.set(stream, {
        id: stream,
        cents: (row?.cents ?? 0) + cents,
        events: (row?.events ?? 0) + 1,
        version,
        release,
      });
      sum.cents += cents;
      sum.events += 1;
    }
  }
  return { accounts: [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)), sums: [sum] };
}
