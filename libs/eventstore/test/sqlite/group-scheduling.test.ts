import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const event = (n: number) => [{ type: 'n.counted', data: { n } }];

/** Counts how often the event loop comes round until it is told to stop. */
function countTurns(): { readonly turns: () => number; readonly stop: () => void } {
  let turns = 0;
  let next = setImmediate(turn);
  function turn(): void {
    turns += 1;
    next = setImmediate(turn);
  }
  return { turns: () => turns, stop: () => clearImmediate(next) };
}

describe('a caller that appends alone, one append after the other', () => {
  const APPENDS = 2_000;
  let turns: number;

  beforeEach(async () => {
    const store = await SqliteEventStore.open({ file: ':memory:' });
    const loop = countTurns();
    for (let n = 0; n < APPENDS; n++) await store.append('n-1', n, event(n));
    turns = loop.turns();
    loop.stop();
    await store.close();
  });

  test('does not wait for a turn of the event loop each time', () => {
    expect(turns).toBeLessThan(APPENDS / 2);
  });

  test('does not keep the event loop from turning', () => {
    expect(turns).toBeGreaterThan(3);
  });
});

describe('requests over HTTP', () => {
  const CALLERS = 64;
  const ROUNDS = 8;
  let store: SqliteEventStore;
  let observer: SqliteEventStore;
  let server: Server;
  let agent: Agent;
  /** The head as another connection sees it when a request has its answer: one for each transaction. */
  let heads: Set<number>;

  beforeEach(async () => {
    const file = join(temporaryFolder(), 'log.db');
    store = await SqliteEventStore.open({ file });
    observer = await SqliteEventStore.open({ file });
    heads = new Set();
    agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
    server = createServer((request, response) => {
      void store.append(`n-${request.url}`, 'any', event(1)).then(async () => {
        heads.add(await observer.head());
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all([store.close(), observer.close()]);
  });

  const send = (caller: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const request = get({ agent, port, host: '127.0.0.1', path: `/${caller}` }, (response) => {
        response.resume().once('end', resolve);
      });
      request.once('error', reject);
    });

  const sendAll = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        for (let round = 0; round < ROUNDS; round++) await send(caller);
      }),
    );

  test('that come in together are written together', async () => {
    await sendAll();
    expect(await store.head()).toBe(CALLERS * ROUNDS);
    expect(heads.size).toBeLessThan((CALLERS * ROUNDS) / 4);
  });

  test('are heard, and written together, while a loop in the same process appends without a pause', async () => {
    let sending = true;
    let appended = 0;
    const loop = async (): Promise<void> => {
      while (sending) {
        await store.append('n-loop', 'any', event(appended));
        appended += 1;
      }
    };
    const looping = loop();
    await sendAll();
    sending = false;
    await looping;
    expect(await store.head()).toBe(CALLERS * ROUNDS + appended);
    expect(heads.size).toBeLessThan((CALLERS * ROUNDS) / 4);
  });
});
