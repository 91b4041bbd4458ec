import { json } from 'node:stream/consumers';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { SqliteReadModels } from '@varve/projections/sqlite';
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

const isListening = (message: unknown): message is { url: string; leases: unknown[] } => has('url')(message);

async function get(url: string): Promise<unknown> {
  const [response] = (await once(request(url, { agent: false }).end(), 'response')) as [IncomingMessage];
  return json(response);
}

async function startServer(mode: string) {
  const folder = temporaryFolder();
  const child = startChild(server, [folder, mode]);
  const { url, leases } = await child.heard(isListening, 'its address');
  return { child, url, leases, folder };
}

async function leaseIn(folder: string): Promise<string | undefined> {
  const readModels = await SqliteReadModels.open({ file: join(folder, 'read-models.db'), create: false });
  const lease = await readModels.readLease('counts@1');
  await readModels.close();
  return lease?.owner;
}

test('on SIGTERM the projector gives its lease back first, a request held open still queries, then the read models close, code 0', async () => {
  const { child, url, leases, folder } = await startServer('normal');
  expect(leases).toEqual([expect.any(String)]);
  const held = get(`${url}/held`);
  await child.heard(has('held'), 'the held request');
  child.signal('SIGTERM');
  await until(async () => (await leaseIn(folder)) === undefined, { what: 'the lease to be given back' });
  expect(child.messages.find(has('closing'))).toBeUndefined();
  child.say('release');
  expect(await held).toEqual({ rows: [{ n: 1 }], leases: [null] });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(child.messages.find(has('closing'))).toBeDefined();
});

test('read models that cannot be closed make the exit code 1, also where Nest would say 0', async () => {
  const { child } = await startServer('failing-close');
  child.signal('SIGTERM');
  expect(await child.exited).toEqual({ code: 1, signal: null });
  expect(child.messages.concat(child.stderr).join()).toContain('read models could not be closed');
});

test('a handler that never ends is given up after the shutdown limit and named; its rows are not kept, its lease is free, code 1', async () => {
  const { child, folder } = await startServer('hanging');
  await child.heard(has('hanging'), 'the handler that hangs');
  child.signal('SIGTERM');
  expect(await child.exited).toEqual({ code: 1, signal: null });
  expect(child.messages.find(has('closing'))).toBeDefined();
  expect(child.messages.concat(child.stderr).join()).toContain(
    'the handler of "order.placed", at version 1 of stream "order-1", has not ended',
  );
  const readModels = await SqliteReadModels.open({ file: join(folder, 'read-models.db'), create: false });
  expect(await readModels.query('counts', (query) => query.all('SELECT * FROM {counts}'))).toEqual([]);
  expect(await readModels.load('counts@1')).toMatchObject({ position: 0 });
  await readModels.close();
  expect(await leaseIn(folder)).toBeUndefined();
});

test('after app.close() no handle is left open: the process ends by itself, code 0', async () => {
  const child = startChild(closing, [temporaryFolder()]);
  child.process.stdin?.end();
  await child.heard(has('closed'), 'that it has closed');
  expect(await child.exited).toEqual({ code: 0, signal: null });
});
