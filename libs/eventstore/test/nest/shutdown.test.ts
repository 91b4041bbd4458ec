import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { expect, test } from 'vitest';
import { startChild, type Child } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const serverScript = new URL('./shutdown.child.ts', import.meta.url);
const closeScript = new URL('./close.child.ts', import.meta.url);

const has =
  <Key extends string>(key: Key) =>
  (message: unknown): message is Record<Key, never> =>
    typeof message === 'object' && message !== null && key in message;

/** A connection for each request: an idle one that is kept alive would hold up the server's end for as long as the client likes. */
async function post(url: string): Promise<number> {
  const [response] = (await once(request(url, { method: 'POST', agent: false }).end(), 'response')) as [
    IncomingMessage,
  ];
  return ((await json(response)) as { position: number }).position;
}

/** Appends one order after another until the server takes no more; the positions it was told. */
async function load(url: string, client: number): Promise<number[]> {
  const positions: number[] = [];
  for (let order = 0; ; order++) {
    try {
      positions.push(await post(`${url}/orders/${client}.${order}`));
    } catch {
      return positions;
    }
  }
}

async function serverUnderLoad(file: string, mode: string, env = {}) {
  const child = startChild(serverScript, [file, mode], { env });
  const { url } = (await child.heard(has('url'), 'its address')) as { url: string };
  const clients = Array.from({ length: 8 }, (_, client) => load(url, client));
  const held = post(`${url}/held/held`);
  await child.heard(has('held'), 'the held request');
  return { child, clients, held };
}

/** SIGTERM while requests are being worked on; the held one goes on when the app is stopping already. */
async function terminate({ child, clients, held }: Awaited<ReturnType<typeof serverUnderLoad>>) {
  child.signal('SIGTERM');
  await child.heard(has('stopping'), 'the start of the shutdown');
  child.say('release');
  const acknowledged = [await held, ...(await Promise.all(clients)).flat()];
  return { exit: await child.exited, acknowledged, closed: closingOf(child) };
}

function closingOf(child: Child): { begun: number; answered: number } | undefined {
  return child.messages.find(has('closed'))?.closed;
}

async function positionsIn(file: string): Promise<number[]> {
  const store = await SqliteEventStore.open({ file, create: false });
  const positions: number[] = [];
  for await (const { commits } of store.readAll(0))
    positions.push(...commits.map((commit) => commit.position));
  await store.close();
  return positions;
}

test('SIGTERM under load with a request held open: all in flight is answered and in the log, then the store closes, code 0', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const { exit, acknowledged, closed } = await terminate(await serverUnderLoad(file, 'normal'));
  expect(exit).toEqual({ code: 0, signal: null });
  expect(closed).toEqual({ begun: acknowledged.length, answered: acknowledged.length });
  expect(acknowledged.sort((a, b) => a - b)).toEqual(await positionsIn(file));
});

test('a store that cannot be closed makes the exit code 1, also where Nest would say 0, and nothing acknowledged is lost', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const running = await serverUnderLoad(file, 'failing-close');
  const { exit, acknowledged } = await terminate(running);
  expect(exit).toEqual({ code: 1, signal: null });
  expect(running.child.messages.concat(running.child.stderr).join()).toContain('could not be closed');
  expect(acknowledged.sort((a, b) => a - b)).toEqual(await positionsIn(file));
});

test('without useProcessExit the process ends by the signal, after the store has closed', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const running = await serverUnderLoad(file, 'normal', { KEEP_SIGNAL: 'yes' });
  const { exit, closed } = await terminate(running);
  expect(exit).toEqual({ code: null, signal: 'SIGTERM' });
  expect(closed?.answered).toBe(closed?.begun);
});

test('after app.close() no handle is left open: the process ends by itself, code 0', async () => {
  const child = startChild(closeScript, [join(temporaryFolder(), 'log.db'), 'normal']);
  child.process.stdin?.end();
  await child.heard(has('closed'), 'that it has closed');
  expect(await child.exited).toEqual({ code: 0, signal: null });
});

test('app.close() with a store that cannot be closed ends with code 1', async () => {
  const child = startChild(closeScript, [join(temporaryFolder(), 'log.db'), 'failing-close']);
  await child.heard(has('closed'), 'that it has closed');
  expect(await child.exited).toEqual({ code: 1, signal: null });
});
