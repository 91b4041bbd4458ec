import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { expect, test } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';

const server = new URL('./shutdown.child.ts', import.meta.url);
const closing = new URL('./close.child.ts', import.meta.url);

const has =
  <Key extends string>(key: Key) =>
  (message: unknown): message is Record<Key, never> =>
    typeof message === 'object' && message !== null && key in message;

async function get(url: string): Promise<unknown> {
  const [response] = (await once(httpGet(url, { agent: false }), 'response')) as [IncomingMessage];
  return json(response);
}

async function startServer(platform: string, mode: string) {
  const folder = temporaryFolder();
  const child = startChild(server, [folder, platform, mode]);
  const { url } = (await child.heard(has('url'), 'its address')) as { url: string };
  await child.heard(has('handling'), 'the message at work');
  return { child, url, folder };
}

async function inPublication<T>(
  folder: string,
  look: (store: SqlitePublicationStore) => Promise<T>,
): Promise<T> {
  const file = publicationFileOf(join(folder, 'log.db'));
  const store = await SqlitePublicationStore.open({ file, create: false });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

const leaseIn = (folder: string) => inPublication(folder, (store) => store.readLease('relay'));

/** The positions of which the broker has said that they are visible. */
async function confirmedIn(folder: string): Promise<number[]> {
  const log = await SqliteEventStore.open({ file: join(folder, 'log.db'), create: false });
  const of = { relay: 'relay', logId: log.logId };
  await log.close();
  const confirmed = await inPublication(folder, (store) => store.confirmedBetween(of, 0, 10));
  return confirmed.map(({ position }) => position);
}

test.each(['express', 'fastify'])(
  'on SIGTERM subscribers finish and the relay gives its lease back; a request held open still appends in two phases, then the bus closes, code 0 (%s)',
  async (platform) => {
    const { child, url, folder } = await startServer(platform, 'normal');
    await until(async () => (await leaseIn(folder))?.owner !== undefined, { what: 'the lease to be taken' });
    const held = get(`${url}/held`);
    await child.heard(has('held'), 'the held request');
    child.signal('SIGTERM');
    await child.heard(has('stopping'), 'the start of the shutdown');
    await until(async () => (await leaseIn(folder))?.owner === undefined, {
      what: 'the lease to be given back',
    });
    child.say('finish');
    await child.heard(has('handled'), 'the message that was at work');
    child.say('release');
    expect(await held).toMatchObject({ ok: true });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.messages.find(has('closed'))).toEqual({ closed: { undecided: 0 } });
    const order = ['handled', 'drained', 'closed'].map((key) => child.messages.findIndex(has(key)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(await confirmedIn(folder)).toEqual([1]);
  },
);

test('a bus that cannot be closed makes the exit code 1, also where Nest would say 0', async () => {
  const { child } = await startServer('express', 'failing-close');
  child.say('finish');
  child.signal('SIGTERM');
  expect(await child.exited).toEqual({ code: 1, signal: null });
  expect(child.messages.concat(child.stderr).join()).toContain('could not be closed');
});

test('a subscriber that never ends is given up after the shutdown limit and named; everything else closes, code 1', async () => {
  const { child, folder } = await startServer('express', 'hanging');
  child.signal('SIGTERM');
  expect(await child.exited).toEqual({ code: 1, signal: null });
  expect(child.messages.find(has('handled'))).toBeUndefined();
  expect(child.messages.find(has('closed'))).toEqual({ closed: { undecided: 0 } });
  expect(child.messages.concat(child.stderr).join()).toContain(
    'subscriber "Slow" has not ended with message "1" of topic "work" with key "1"',
  );
  expect((await leaseIn(folder))?.owner).toBeUndefined();
});

test('after app.close() no handle is left open: the process ends by itself, code 0', async () => {
  const child = startChild(closing, [temporaryFolder(), 'memory']);
  await child.heard(has('started'), 'the start');
  child.say('close');
  expect(await child.heard(has('health'), 'its health')).toMatchObject({ health: { bus: { status: 'up' } } });
  expect(await child.exited).toEqual({ code: 0, signal: null });
});

test('an app starts while its Kafka is not there, is red, and ends by itself when it is closed', async () => {
  const child = startChild(closing, [temporaryFolder(), 'kafka', String(await closedPort())]);
  await child.heard(has('started'), 'the start');
  child.say('close');
  expect(await child.heard(has('health'), 'its health')).toMatchObject({
    health: { bus: { status: 'down', code: 'broker-unavailable' } },
  });
  await child.heard(has('closed'), 'that it has closed');
  expect(await child.exited).toEqual({ code: 0, signal: null });
});

/** Nobody listens there any more. */
async function closedPort(): Promise<number> {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  listening.close();
  await once(listening, 'close');
  return port;
}
