import { MongoClient, type Db } from 'mongodb';
import { mongoServers, startFerretDb, startMongoJavaServer } from '../../services/mongodb/index.ts';
import { uniqueName } from '../../services/index.ts';

/** Where both sides of every row are. */
export interface BenchServer {
  readonly name: string;
  readonly uri: string;
  readonly transactions: boolean;
}

/** Megabytes for a server that keeps a million commits in memory, twice. */
const HEAP = 4_096;

let running: Promise<BenchServer> | undefined;
let stop: (() => Promise<void>) | undefined;

/** `MONGODB_URI`, or else a server of the run's own: mongo-java-server, or the one that `VARVE_BENCH_MONGODB` names (`ferretdb`). */
export function mongodb(): Promise<BenchServer> {
  running ??= process.env['MONGODB_URI'] ? namedServer() : ownServer();
  return running;
}

export async function stopMongoDb(): Promise<void> {
  await stop?.();
}

async function namedServer(): Promise<BenchServer> {
  process.env['VARVE_MONGODB_ONLY'] = 'MONGODB_URI';
  const [server] = await mongoServers();
  const { uri, capabilities } = server!;
  return { name: 'MONGODB_URI', uri, transactions: capabilities.transactions };
}

async function ownServer(): Promise<BenchServer> {
  const name = process.env['VARVE_BENCH_MONGODB'] ?? 'mongo-java-server';
  const server = name === 'ferretdb' ? await startFerretDb() : await startMongoJavaServer({ heap: HEAP });
  stop = () => server.stop();
  return { name, uri: server.uri, transactions: false };
}

/** A database of its own for one row or one side, which is gone afterwards. */
export async function inDatabase<T>(
  work: (database: Db, address: { readonly uri: string; readonly database: string }) => Promise<T>,
): Promise<T> {
  const { uri } = await mongodb();
  const database = uniqueName('varve-bench');
  const client = new MongoClient(uri);
  try {
    globalThis.gc?.();
    return await work(client.db(database), { uri, database });
  } finally {
    await client.db(database).dropDatabase();
    await client.close();
  }
}
