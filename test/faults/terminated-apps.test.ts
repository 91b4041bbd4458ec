import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import {
  answerTo,
  getting,
  KeptAliveClients,
  orderOf,
  placing,
  startApp,
  type StartedApp,
} from './support/apps.js';
import { filesIn, openLog, openReadModels, type Files } from './support/files.js';

/** Much longer than a test takes: whoever works before that was given the lease. */
const LEASE = '120000';

function environment({ logFile, readModelsFile }: Files): Record<string, string> {
  return { VARVE_LOG_FILE: logFile, VARVE_READ_MODELS_FILE: readModelsFile, VARVE_LEASE_DURATION: LEASE };
}

/** A command of which the server has seen the head and half of the body. */
async function holdOrder(url: string): Promise<{ readonly held: ClientRequest; readonly rest: string }> {
  const body = orderOf('held');
  const held = request(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
  });
  held.flushHeaders();
  await once(held, 'continue');
  held.write(body.slice(0, 20));
  return { held, rest: body.slice(20) };
}

describe('SIGTERM under load, from clients that keep their connections', () => {
  test('lets the order app answer all that is in flight, a request held open too, and end with code 0', async () => {
    const files = filesIn();
    const { child, url } = await startApp('order', environment(files));
    const clients = new KeptAliveClients(placing(url));
    const { held, rest } = await holdOrder(url);
    await until(() => clients.answers.length >= 100);
    child.signal('SIGTERM');
    await clients.turnedAway();
    const answered = answerTo(held);
    held.end(rest);
    const answers = [...clients.answers, await answered];
    expect(await child.exited, child.stderr).toEqual({ code: 0, signal: null });

    for (const { status, body } of answers) expect(status, JSON.stringify(body)).toBe(201);
    const log = await openLog(files.logFile);
    const positions = answers.map(({ body }) => (body as { position: number }).position);
    const all = Array.from({ length: await log.head() }, (_, index) => index + 1);
    expect(positions.toSorted((a, b) => a - b)).toEqual(all);
  });

  test('lets the projector app answer all that is in flight, and give its leases back at once, so that the next instance works', async () => {
    const files = filesIn();
    const readModels = await openReadModels(files.readModelsFile);
    const position = async () => (await readModels.load('orders@1'))?.position ?? 0;
    const order = await startApp('order', environment(files));
    const first = await startApp('projector', environment(files));
    const writers = new KeptAliveClients(placing(order.url), 2);
    await until(async () => (await position()) > 50);
    const second = await startApp('projector', environment(files));
    const readers = new KeptAliveClients(getting(`${first.url}/orders?limit=5`));
    const far = (await position()) + 1_000_000;
    const held = answerTo(request(`${first.url}/orders?limit=1&position=${far}&timeout=60000`).end());
    await until(() => readers.answers.length >= 100);

    first.child.signal('SIGTERM');
    await readers.turnedAway();
    expect(await held).toMatchObject({ status: 503, body: { code: 'projection-behind', wanted: far } });
    expect(await first.child.exited, first.child.stderr).toEqual({ code: 0, signal: null });
    for (const { status, body } of readers.answers) expect(status, JSON.stringify(body)).toBe(200);
    const left = await position();
    await until(async () => (await position()) > left, { what: 'the second instance' });

    await expectToEnd(order);
    await writers.turnedAway();
    await expectToEnd(second);
    const leases = (await readModels.listProcessors()).map(({ lease }) => lease);
    expect(leases).toHaveLength(3);
    for (const { owner } of leases) expect(owner).toBeUndefined();
  });
});

async function expectToEnd({ child }: StartedApp): Promise<void> {
  child.signal('SIGTERM');
  expect(await child.exited, child.stderr).toEqual({ code: 0, signal: null });
}

/** Answers on another connection: by then an earlier one has been accepted, too. On a busy machine a request may take longer than is allowed. */
async function isListening({ url }: StartedApp): Promise<void> {
  const health = () => answerTo(request(`${url}/health`, { agent: false }).end()).catch(() => undefined);
  await until(async () => (await health())?.status === 200, { what: 'an answer', timeout: 60_000 });
}

describe.each(['order', 'projector'] as const)('SIGTERM to the %s app', (app) => {
  async function startWith(timeout: string): Promise<{ started: StartedApp; client: Socket }> {
    const started = await startApp(app, { ...environment(filesIn()), VARVE_REQUEST_TIMEOUT: timeout });
    const { hostname, port } = new URL(started.url);
    const client = connect(Number(port), hostname);
    client.on('error', () => undefined);
    await once(client, 'connect');
    return { started, client };
  }

  test('ends it although a client has connected that says nothing', async () => {
    const { started, client } = await startWith('600000');
    await isListening(started);
    await expectToEnd(started);
    client.destroy();
  });

  test.each([
    ['head', 'GET /health HTTP/1.1\r\nHost: here\r\n'],
    [
      'body',
      'POST /orders HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
  ])('ends it although a client never finishes the %s of its request', async (_, half) => {
    const { started, client } = await startWith('300');
    client.write(half);
    await isListening(started);
    await expectToEnd(started);
    client.destroy();
  });
});
