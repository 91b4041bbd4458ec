import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { appender, CALLERS, concurrentAppends, IN_USE, logOfAge, oneByOne } from './appending.ts';
import { EVENTS, LongStream } from './loading.ts';
import {
  compare,
  concurrently,
  inFolder,
  timed,
  type Benchmark,
  type Comparison,
  type Row,
  type Scale,
  type Side,
} from './measure.ts';
import { EVENT_TYPE, payload, streamNames, type Measured } from './payload.ts';
import { projectorRebuild } from './rebuilding.ts';
import { inTurns } from './turns.ts';

const HOME = join(import.meta.dirname, 'emmett');

interface EmmettEvent {
  readonly type: string;
  readonly data: Measured;
}

interface Connection {
  close(): void;
  command(sql: string): Promise<unknown>;
}

interface Store {
  appendToStream(
    stream: string,
    events: EmmettEvent[],
    options: { expectedStreamVersion: bigint | string },
  ): Promise<unknown>;
  aggregateStream<State>(
    stream: string,
    options: { initialState: () => State; evolve: (state: State, event: EmmettEvent) => State },
  ): Promise<{ state: State }>;
  consumer(options: { pulling?: { batchSize?: number; pullingFrequencyInMs?: number } }): Consumer;
}

interface Consumer {
  processor(options: {
    processorId: string;
    eachMessage: (event: EmmettEvent) => unknown;
    stopAfter: (event: EmmettEvent) => boolean;
    startFrom: 'BEGINNING';
    connectionOptions: { fileName: string };
  }): unknown;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface Emmett {
  sqliteConnection(options: { fileName: string }): Connection;
  createEventStoreSchema(connection: Connection): Promise<void>;
  appendToStream(
    connection: Connection,
    stream: string,
    streamType: string,
    events: EmmettEvent[],
    options: { expectedStreamVersion: bigint | string },
  ): Promise<{ success: boolean }>;
  readStream(connection: Connection, stream: string): Promise<{ events: EmmettEvent[] }>;
  getSQLiteEventStore(options: { fileName: string }): Store;
}

/**
 * A peer, from its npm package. For appends and loads in the best configuration that it has: one connection that is kept open, used by one
 * caller at a time, since its transactions do not know of each other; and for the rebuild with large batches, once also with its defaults.
 */
export const emmett: Benchmark = {
  name: 'emmett',
  about: "against Emmett's SQLite store (installed on first use: it compiles its driver)",
  run: async (scale) => {
    install();
    const library = createRequire(join(HOME, 'package.json'))('@event-driven-io/emmett-sqlite') as Emmett;
    const few = scale.quick ? 500 : 2_000;
    const rebuilt = scale.quick ? 20_000 : 100_000;
    const rebuiltSlowly = scale.quick ? 2_000 : 20_000;
    const events = 'events/s';
    const comparisons: Comparison[] = [
      {
        name: 'emmett-append-64',
        unit: events,
        amount: few,
        goal: 5,
        ours: concurrentAppends(few, 1),
        reference: appends(library, few, 1),
      },
      {
        name: 'emmett-append-64-10-events',
        unit: events,
        amount: few * 10,
        goal: 5,
        ours: concurrentAppends(few, 10),
        reference: appends(library, few, 10),
      },
      {
        name: 'emmett-rebuild',
        unit: events,
        amount: rebuilt,
        goal: 50,
        ours: projectorRebuild(rebuilt),
        reference: rebuild(library, rebuilt, { batchSize: 1_000, pullingFrequencyInMs: 1 }),
      },
      {
        name: 'emmett-rebuild-defaults',
        unit: events,
        amount: rebuiltSlowly,
        goal: 100,
        ours: projectorRebuild(rebuiltSlowly),
        reference: rebuild(library, rebuiltSlowly),
      },
    ];
    const rows: Row[] = [await sequentialRow(library, scale), await loadRow(library, scale)];
    for (const comparison of comparisons) rows.push(await compare(comparison, scale));
    return rows;
  },
};

function install(): void {
  if (existsSync(join(HOME, 'node_modules', '@event-driven-io', 'emmett-sqlite'))) return;
  process.stderr.write('installing Emmett, and compiling its driver; this takes some minutes, once\n');
  execFileSync('npm', ['ci', '--no-audit', '--prefix', HOME], { stdio: 'inherit' });
}

function emmettEvents(first: number, count: number): EmmettEvent[] {
  return Array.from({ length: count }, (_, i) => ({ type: EVENT_TYPE, data: payload(first + i) }));
}

/** As durable as Varve's side: it sets WAL itself, and leaves `synchronous` at FULL, SQLite's default. */
async function open(library: Emmett, folder: string): Promise<Connection> {
  const connection = library.sqliteConnection({ fileName: join(folder, 'emmett.db') });
  await library.createEventStoreSchema(connection);
  return connection;
}

/** Both on the same streams, in use. */
function sequentialRow(library: Emmett, { quick }: Scale): Promise<Row> {
  return inFolder(async (folder) => {
    const log = await logOfAge(folder, IN_USE);
    const connection = await open(library, folder);
    for (const stream of streamNames) {
      const options = { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' };
      await library.appendToStream(connection, stream, 'order', emmettEvents(0, IN_USE), options);
    }
    const append = async (stream: string, version: number, i: number): Promise<void> => {
      const options = { expectedStreamVersion: BigInt(version) };
      const result = await library.appendToStream(connection, stream, 'order', emmettEvents(i, 1), options);
      if (!result.success) throw new Error(CONFLICT);
    };
    const row = { name: 'emmett-append-sequential', goal: 3, quick, age: IN_USE };
    const measured = await oneByOne({ ...row, ours: appender(log), reference: append });
    await log.close();
    connection.close();
    return measured;
  });
}

/** 64 callers, who get their turns on the one connection. */
function appends(library: Emmett, count: number, eventsEach: number): Side {
  return async (folder) => {
    const connection = await open(library, folder);
    const versions = new Array<number>(CALLERS).fill(0);
    let turn: Promise<unknown> = Promise.resolve();
    const append = async (item: number, stream: number): Promise<void> => {
      const version = versions[stream] ?? 0;
      const expectedStreamVersion = version === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(version);
      versions[stream] = version + eventsEach;
      const events = emmettEvents(item * eventsEach, eventsEach);
      const { success } = await library.appendToStream(connection, `bench-${stream}`, 'bench', events, {
        expectedStreamVersion,
      });
      if (!success) throw new Error(CONFLICT);
    };
    const milliseconds = await timed(() =>
      concurrently(count, CALLERS, (item, caller) => {
        const next = turn.then(() => append(item, caller));
        turn = next;
        return next;
      }),
    );
    connection.close();
    return milliseconds;
  };
}

const CONFLICT = 'Emmett met a conflict where there is none.';

function loadRow(library: Emmett, { quick }: Scale): Promise<Row> {
  return inFolder(async (folder) => {
    const log = await LongStream.open(folder);
    const connection = await open(library, folder);
    for (let from = 0; from < EVENTS; from += 500) {
      const expectedStreamVersion = from === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(from);
      await library.appendToStream(connection, 'bench-1', 'bench', emmettEvents(from, 500), {
        expectedStreamVersion,
      });
    }
    const load = async (): Promise<void> => {
      let cents = 0;
      const { events } = await library.readStream(connection, 'bench-1');
      for (const event of events) cents += event.data.amountCents;
      if (events.length !== EVENTS || cents === 0) throw new Error(`Emmett read ${events.length} events.`);
    };
    const measured = await inTurns({
      ...{ name: 'emmett-load-10000', unit: 'events/s', amount: EVENTS, turns: quick ? 8 : 40, goal: 5 },
      ours: () => log.load(),
      reference: load,
    });
    await log.close();
    connection.close();
    return measured;
  });
}

function rebuild(
  library: Emmett,
  amount: number,
  pulling?: { batchSize: number; pullingFrequencyInMs: number },
): Side {
  return async (folder) => {
    const fileName = join(folder, 'emmett.db');
    const connection = await open(library, folder);
    for (let from = 0; from < amount; from += 500) {
      const options = { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' };
      await library.appendToStream(connection, `bench-${from}`, 'bench', emmettEvents(from, 500), options);
    }
    connection.close();
    const consumer = library.getSQLiteEventStore({ fileName }).consumer(pulling ? { pulling } : {});
    let events = 0;
    let cents = 0;
    consumer.processor({
      processorId: 'counting',
      startFrom: 'BEGINNING',
      connectionOptions: { fileName },
      eachMessage: (event) => {
        events++;
        cents += event.data.amountCents;
      },
      stopAfter: () => events === amount,
    });
    const milliseconds = await timed(() => consumer.start());
    await consumer.close();
    if (events !== amount || cents === 0) throw new Error(`Emmett counted ${events} of ${amount} events.`);
    return milliseconds;
  };
}
