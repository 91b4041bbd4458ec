import { MongoClient } from 'mongodb';
import { describeMongoServer } from '../../../services/mongodb/capabilities.ts';
import { startFerretDb } from '../../../services/mongodb/start-ferretdb.ts';
import { startMongoJavaServer } from '../../../services/mongodb/start-mongo-java-server.ts';
import { number, tell } from '../narrator.ts';
import { Refusal } from '../refusal.ts';

export interface Mongodb {
  readonly name: string;
  readonly uri: string;
  readonly transactions: boolean;
  /** As in `Stores`. */
  readonly enough?: number;
  /** For people, without secrets. */
  where(database: string): string;
  close(): Promise<void>;
}

/** Real orders: these servers look through whole collections. */
const ENOUGH = 1_000;

const starts: Readonly<Record<string, () => Promise<{ readonly uri: string; stop(): Promise<void> }>>> = {
  'mongo-java-server': () => startMongoJavaServer({ heap: 512 }),
  ferretdb: () => startFerretDb(),
};

/** The server that `MONGODB_URI` names, or one of the demo's own. */
export async function openMongodb(server: string): Promise<Mongodb> {
  const start = starts[server];
  if (!start) throw new Refusal(`--mongodb is ${server}: give ${Object.keys(starts).join(' or ')}.`);
  const given = process.env['MONGODB_URI'];
  if (given) return namedServer(given);
  tell(`starting ${server}`);
  const began = performance.now();
  const started = await start();
  tell(`ready after ${number((performance.now() - began) / 1000)} s at ${started.uri}`);
  const close = () => started.stop();
  try {
    const own = { where: () => `went with its ${server}`, enough: ENOUGH, close };
    return { ...(await opened(server, started.uri)), ...own };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Milliseconds. */
const LONGEST_LOOK = 5_000;

async function namedServer(uri: string): Promise<Mongodb> {
  try {
    await new MongoClient(uri).close();
  } catch (error) {
    throw new Refusal(
      `MONGODB_URI cannot be used: ${messageOf(error)}. Give mongodb://HOST or mongodb+srv://HOST.`,
    );
  }
  try {
    return await opened('the server at MONGODB_URI', uri);
  } catch (error) {
    const advice = 'Check that it runs, and the address, user and password in MONGODB_URI';
    throw new Refusal(`The server at MONGODB_URI cannot be used: ${messageOf(error)}. ${advice}.`, 1);
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

async function opened(name: string, uri: string): Promise<Mongodb> {
  const { version, capabilities } = await describeMongoServer(uri, LONGEST_LOOK);
  const { transactions } = capabilities;
  tell(`${name} says that it is MongoDB ${version}, ${transactions ? 'with' : 'without'} transactions`);
  const where = (database: string) => `database ${database} of ${name}, until you drop it`;
  return { name, uri, transactions, where, close: () => Promise.resolve() };
}
