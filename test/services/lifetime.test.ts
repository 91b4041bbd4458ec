import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '../support/children.ts';
import { until } from '../support/until.ts';
import { withAdmin } from './kafka/client.ts';
import { kafka, mongoJavaServer } from './jars/distributions.ts';
import { isRunning, type ProcessIdentity } from './process/identity.ts';
import { temporaryCache } from './temporary-cache.ts';
import { buildFerretDb } from './mongodb/build-ferretdb.ts';
import { buildJavaServer } from './mongodb/build-java-server.ts';
import { hello } from './mongodb/hello.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const owner = new URL('owner.child.ts', import.meta.url);
const run = promisify(execFile);

interface Report {
  readonly state: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logs: string;
  readonly pids: readonly number[];
}

interface Owned {
  readonly guard: ProcessIdentity;
  readonly processes: readonly ProcessIdentity[];
}

const hasSaid = (message: unknown): message is { ready: string; logs: string } =>
  typeof message === 'object' && message !== null && 'ready' in message;

async function isMongo(uri: string): Promise<void> {
  await using client = new MongoClient(uri);
  expect(await hello(client)).toMatchObject({ ok: 1 });
}

async function isKafka(brokers: string): Promise<void> {
  expect(await withAdmin({ brokers }, (admin) => admin.listTopics())).toEqual([]);
}

describe.each([
  ['mongo-java-server', 'VARVE_MONGO_JAVA_SERVER_URI', isMongo],
  ['ferretdb', 'VARVE_FERRETDB_URI', isMongo],
  ['kafka', 'VARVE_KAFKA_BROKERS', isKafka],
])('a %s', (service, variable, answers) => {
  let cache: string;
  beforeEach(async () => {
    await buildJavaServer();
    await buildFerretDb();
    cache = await temporaryCache(mongoJavaServer, kafka);
  });
  afterEach(async () => services('down'));

  async function services(action: string): Promise<Report> {
    const { stdout } = await run(process.execPath, [main, action, service, '--json'], {
      env: { ...process.env, VARVE_SERVICES_CACHE: cache },
    }).catch((error: unknown) => error as { stdout: string });
    return (JSON.parse(stdout) as Report[])[0]!;
  }

  it('of "npm run services" runs until it is taken down', async () => {
    const started = await services('up');

    expect(started.state).toBe('ready');
    expect(Object.keys(started.env)).toEqual([variable]);
    await answers(started.env[variable]!);
    expect(await services('status')).toEqual(started);
    expect(await services('up')).toEqual(started);

    await services('down');

    expect(await services('status')).toMatchObject({ state: 'down' });
    expect(existsSync(join(cache, 'running', service))).toBe(false);
    expect(started.pids.map((pid) => isRunning({ pid, mark: 'varve.process=' }))).toEqual([false]);
    expect(readdirSync(started.logs)).not.toEqual([]);
  });

  it('ends with whoever started it, kill -9 included, and leaves nothing but its logs', async () => {
    const harness = startChild(owner, [service], { env: { VARVE_SERVICES_CACHE: cache } });
    const { logs } = await harness.heard(hasSaid, 'a server', 90_000);
    const [folder = ''] = readdirSync(join(cache, 'owned'));
    const { guard, processes } = JSON.parse(
      readFileSync(join(cache, 'owned', folder, 'owned.json'), 'utf8'),
    ) as Owned;
    expect(processes.map(isRunning)).toEqual([true]);

    await harness.kill();

    await until(() => !isRunning(guard), { what: 'the end of the guard' });
    expect(processes.map(isRunning)).toEqual([false]);
    expect(readdirSync(join(cache, 'owned'))).toEqual([]);
    expect(readdirSync(logs)).not.toEqual([]);
  });
});
