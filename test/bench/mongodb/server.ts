import { MongoClient, type Db } from 'mongodb';
import { describeMongoServer } from '../../services/mongodb/capabilities.ts';
import { startFerretDb, startMongoJavaServer } from '../../services/mongodb/index.ts';
import { ServiceError, uniqueName } from '../../services/index.ts';

/** Where both sides of every row are. */
export interface BenchServer {
  readonly name: string;
  readonly uri: string;
  readonly transactions: boolean;
  /** For people, without secrets. */
  readonly told: string;
}

/** Megabytes for a server that keeps a million commits in memory, twice. */
const HEAP = 4_096;

const OWN: Readonly<Record<string, () => Promise<{ readonly uri: string; stop(): Promise<void> }>>> = {
  'mongo-java-server': () => startMongoJavaServer({ heap: HEAP }),
  ferretdb: () => startFerretDb(),
};

let running: Promise<BenchServer> | undefined;
let found: BenchServer | undefined;
let stop: (() => Promise<void>) | undefined;

/**
 * `MONGODB_URI`, or else a server of the run's own: mongo-java-server, or the one that `VARVE_BENCH_MONGODB` names (`ferretdb`). Says which.
 *
 * @throws ServiceError
 */
export function mongodb(): Promise<BenchServer> {
  running ??= open();
  return running;
}

/** Absent while no benchmark has asked for one. */
export function mongoDbOfThisRun(): BenchServer | undefined {
  return found;
}

export async function stopMongoDb(): Promise<void> {
  await stop?.();
}

async function open(): Promise<BenchServer> {
  const uri = process.env['MONGODB_URI'];
  found = uri ? await described('MONGODB_URI', uri) : await ownServer();
  process.stderr.write(`on ${found.told}\n`);
  return found;
}

async function ownServer(): Promise<BenchServer> {
  const name = process.env['VARVE_BENCH_MONGODB'] ?? 'mongo-java-server';
  const start = OWN[name];
  if (!start)
    throw new ServiceError(
      'invalid-options',
      `VARVE_BENCH_MONGODB is ${name}: set it to ${Object.keys(OWN).join(' or ')}, or name another server by MONGODB_URI.`,
    );
  const server = await start();
  stop = () => server.stop();
  return described(name, server.uri);
}

async function described(name: string, uri: string): Promise<BenchServer> {
  try {
    const { version, capabilities } = await describeMongoServer(uri);
    const { transactions } = capabilities;
    const { hosts, srvHost } = new MongoClient(uri).options;
    const where = srvHost ?? hosts.join(',');
    const told = `${name} (${where}), which says that it is version ${version}, ${transactions ? 'with' : 'without'} transactions`;
    return { name, uri, transactions, told };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('no-server', `The server at ${name} cannot be used: ${reason}`, { cause: error });
  }
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
