import { randomUUID } from 'node:crypto';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { MongoReadModels } from '@varve/projections/mongodb';
import type { Rows } from '../fold.ts';
import { tell } from '../narrator.ts';
import { openMongodb, type Mongodb } from './mongodb.ts';
import { readModelsIn } from './on-files.ts';
import type { LogPlace, ReadModelsPlace, Stores } from './stores.ts';

/** `apart`: two services that do not reach each other's database. */
export async function onMongodb(
  folder: string,
  { server, apart }: { readonly server: string; readonly apart: boolean },
): Promise<Stores> {
  const mongodb = await openMongodb(server);
  const database = `varve-demo-${randomUUID().slice(0, 8)}`;
  const log = logIn(mongodb, apart ? `${database}-orders` : database);
  const { close, enough } = mongodb;
  if (!mongodb.transactions)
    return { ...withRowsInSqlite(mongodb, log, folder), close, ...(enough !== undefined && { enough }) };
  tell('log and read models are in MongoDB');
  const readModels = readModelsInMongodb(mongodb, apart ? `${database}-projector` : database);
  return { log, readModels, afterKill, commands: commandsFor(log, readModels), close };
}

const afterKill =
  'MongoDB ends the transaction that it was in by itself, within a minute; until then its rows are locked';

function withRowsInSqlite(mongodb: Mongodb, log: LogPlace, folder: string): Omit<Stores, 'close'> {
  tell(`the log is in MongoDB; the read models are in SQLite, since ${mongodb.name} has no transactions`);
  const readModels = readModelsIn(folder);
  const look = `npx varve --read-models ${readModels.file} projections list`;
  return { log, readModels, commands: [look] };
}

function commandsFor(log: LogPlace, readModels: ReadModelsPlace): readonly string[] {
  const env = { ...log.env, ...readModels.env, VARVE_MONGODB_URI: '$MONGODB_URI' };
  const exported = `export ${Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
  const varve = 'node apps/projector/dist/cli.js';
  return [exported, `${varve} log tail`, `${varve} projections status`, `${varve} doctor`];
}

function placeOf({ uri }: Mongodb, database: string) {
  return { VARVE_MONGODB_URI: uri, VARVE_MONGODB_DATABASE: database };
}

function logIn(mongodb: Mongodb, database: string): LogPlace {
  const { uri } = mongodb;
  return {
    env: { VARVE_STORE: 'mongodb', ...placeOf(mongodb, database) },
    where: () => mongodb.where(database),
    open: () => MongoEventStore.connect({ uri, database, create: false }),
  };
}

function readModelsInMongodb(mongodb: Mongodb, database: string): ReadModelsPlace {
  return {
    env: { VARVE_READ_MODELS: 'mongodb', ...placeOf(mongodb, database) },
    where: () => mongodb.where(database),
    rows: () => rowsIn(mongodb.uri, database),
  };
}

type Document = { readonly _id: string } & Readonly<Record<string, unknown>>;

async function rowsIn(uri: string, database: string): Promise<Rows> {
  const readModels = await MongoReadModels.connect({ uri, database });
  const all = (projection: string, collection: string) =>
    readModels.query(projection, (query) => query.collection<Document>(collection).find().toArray());
  const rows: Rows = new Map();
  try {
    for (const { _id, lines, ...order } of await all('orders', 'orders')) {
      rows.set(`orders ${_id}`, columnsOf(order));
      for (const [index, line] of (lines as object[]).entries())
        rows.set(`order_lines ${_id} ${index + 1}`, columnsOf(line));
    }
    for (const { _id, ...day } of await all('daily-revenue', 'days')) rows.set(`days ${_id}`, columnsOf(day));
    for (const { _id, ...step } of await all('funnel', 'steps')) rows.set(`steps ${_id}`, columnsOf(step));
  } finally {
    await readModels.close();
  }
  return rows;
}

/** `placedAt` is the column `placed_at` of a table. */
function columnsOf(document: object): Record<string, unknown> {
  const columns = Object.entries(document).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value as unknown,
  ]);
  return Object.fromEntries(columns) as Record<string, unknown>;
}
