import { ServiceError } from '../service-error.ts';
import { environmentOf, sharedServersVariable } from '../shared.ts';
import { describeMongoServer, type MongoCapabilities, type MongoDescription } from './capabilities.ts';
import { startMemoryServer } from './memory-server.ts';
import { ferretDbVariable, startFerretDb } from './start-ferretdb.ts';
import { mongoJavaServerVariable, startMongoJavaServer } from './start-mongo-java-server.ts';

/** A server that the MongoDB suites run on. */
export interface MongoTestServer {
  readonly name: MongoServerName;
  readonly uri: string;
  readonly capabilities: MongoCapabilities;
}

export type MongoServerName = 'mongo-java-server' | 'ferretdb' | 'mongodb-memory-server' | 'MONGODB_URI';

interface Startable {
  readonly uri: string;
  stop(): Promise<void>;
}

interface Source {
  readonly name: MongoServerName;
  readonly variable: string;
  readonly start?: () => Promise<Startable | { readonly absent: string }>;
}

/** Names, separated by commas, of the servers that suites are to run on, where not on all that there are. */
const onlyVariable = 'VARVE_MONGODB_ONLY';

const sources: readonly Source[] = [
  {
    name: 'mongo-java-server',
    variable: mongoJavaServerVariable,
    start: () => startMongoJavaServer({ heap: 512 }),
  },
  { name: 'ferretdb', variable: ferretDbVariable, start: () => startFerretDb() },
  {
    name: 'mongodb-memory-server',
    variable: 'VARVE_MONGODB_MEMORY_SERVER_URI',
    start: () => startMemoryServer(),
  },
  { name: 'MONGODB_URI', variable: 'MONGODB_URI' },
];

function isAskedFor(name: MongoServerName): boolean {
  const only = process.env[onlyVariable];
  return !only || only.split(',').includes(name);
}

/** Whether the run has to start `name`, having no address of one. */
export function isToStart(name: MongoServerName): boolean {
  const { variable } = sources.find((source) => source.name === name)!;
  return isAskedFor(name) && !process.env[variable];
}

let found: Promise<readonly MongoTestServer[]> | undefined;

/** All servers that the MongoDB suites run on, for `describe.each(await mongoServers())`. A suite's databases have names of its own. */
export async function mongoServers(): Promise<readonly MongoTestServer[]> {
  found ??= process.env[sharedServersVariable] ? askForServers() : namedServers();
  return found;
}

async function askForServers(): Promise<readonly MongoTestServer[]> {
  const { servers = '[]' } = await environmentOf('mongodb', '');
  return JSON.parse(servers) as MongoTestServer[];
}

/** Outside of a run that starts some. */
async function namedServers(): Promise<readonly MongoTestServer[]> {
  const named = sources.filter(({ name, variable }) => isAskedFor(name) && process.env[variable]);
  if (named.length > 0) return Promise.all(named.map(async (each) => (await opened(each)).server!));
  throw new ServiceError(
    'no-server',
    'No MongoDB server to test with. Run the suite by "npm run test:services", which starts some, or start one by ' +
      `"npm run services -- up mongo-java-server" and export what it prints, or say by MONGODB_URI where one is.`,
  );
}

export interface StartOptions {
  readonly print?: (text: string) => void;
  /** Milliseconds until a server that does not answer counts as none. */
  readonly timeout?: number;
}

/** The run's servers: those that the environment names, and the others started. Says once what they can do. */
export async function startMongoServers({ print = console.log, timeout }: StartOptions = {}): Promise<{
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}> {
  const asked = sources.filter(({ name }) => isAskedFor(name));
  const results = await Promise.allSettled(asked.map(async (each) => opened(each, timeout)));
  const all = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const stop = async () => {
    await Promise.all(all.map(async (each) => each.stop()));
  };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  print(['MongoDB suites run on:', ...all.map(({ told }) => `  ${told}`)].join('\n'));
  return { env: { servers: JSON.stringify(all.flatMap(({ server }) => server ?? [])) }, stop };
}

interface Opened {
  readonly server?: MongoTestServer;
  readonly told: string;
  stop(): Promise<void>;
}

const nothingToStop = async (): Promise<void> => Promise.resolve();

async function opened({ name, variable, start }: Source, timeout?: number): Promise<Opened> {
  const uri = process.env[variable];
  const started = uri
    ? { uri, stop: nothingToStop }
    : ((await start?.()) ?? { absent: 'it names no server' });
  if ('absent' in started) return { told: `${name}: not used, ${started.absent}`, stop: nothingToStop };
  try {
    const description = await describeMongoServer(started.uri, timeout);
    const { capabilities } = description;
    return {
      server: { name, uri: started.uri, capabilities },
      told: `${name} ${asText(description)}`,
      stop: () => started.stop(),
    };
  } catch (error) {
    await started.stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('no-server', `${name} (${variable}) cannot be used: ${reason}`, { cause: error });
  }
}

function asText({ version, capabilities: { transactions, changeStreams } }: MongoDescription): string {
  const parts = [
    'event store',
    ...(transactions ? ['read models'] : []),
    ...(changeStreams ? ['change streams'] : []),
  ];
  return `(${version}): ${parts.join(', ')}`;
}
