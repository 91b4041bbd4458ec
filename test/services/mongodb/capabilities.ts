import { MongoClient } from 'mongodb';
import { uniqueName } from '../shared.ts';
import { hello } from './hello.ts';

export interface MongoCapabilities {
  /** One that was tried has changed two documents together. */
  readonly transactions: boolean;
  readonly changeStreams: boolean;
}

export interface MongoDescription {
  readonly version: string;
  readonly capabilities: MongoCapabilities;
}

const defaultTimeout = 10_000;

/**
 * What a server can do, by its own word and by a trial: only members of a replica set (`setName`) and routers of a cluster (`isdbgrid`) can
 * have sessions, and not each server that says so has them.
 */
export async function describeMongoServer(uri: string, timeout = defaultTimeout): Promise<MongoDescription> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: timeout, connectTimeoutMS: timeout });
  try {
    const { setName, msg } = await hello(client);
    const { version } = (await client.db('admin').command({ buildInfo: 1 })) as { version: string };
    const hasSessions = setName !== undefined || msg === 'isdbgrid';
    if (!hasSessions) return { version, capabilities: { transactions: false, changeStreams: false } };
    return { version, capabilities: await tryOut(client) };
  } finally {
    await client.close();
  }
}

async function tryOut(client: MongoClient): Promise<MongoCapabilities> {
  const database = client.db(uniqueName('varve-trial'));
  const trials = [runsTransaction(client, database.databaseName), opensChangeStream(client)];
  const [transactions = false, changeStreams = false] = await Promise.all(
    trials.map((trial) => trial.catch(() => false)),
  );
  await database.dropDatabase();
  return { transactions, changeStreams };
}

async function runsTransaction(client: MongoClient, database: string): Promise<boolean> {
  const rows = client.db(database).collection('rows');
  // Not every server creates a collection within a transaction.
  await rows.insertOne({ row: 0 });
  await client.withSession((session) =>
    session.withTransaction(async () => {
      await rows.insertOne({ row: 1 }, { session });
      await rows.insertOne({ row: 2 }, { session });
    }),
  );
  await client.withSession(async (session) => {
    session.startTransaction();
    await rows.insertOne({ row: 3 }, { session });
    await session.abortTransaction();
  });
  return (await rows.countDocuments()) === 3;
}

async function opensChangeStream(client: MongoClient): Promise<boolean> {
  const changes = client.db(uniqueName('varve-trial')).watch([], { maxAwaitTimeMS: 1 });
  try {
    await changes.tryNext();
    return true;
  } finally {
    await changes.close();
  }
}
