import { UnauthorizedException } from '@nestjs/common';
import { HttpLogReader, InvalidBusOptionsError } from '@varve/bus';
import { LogEndpointModule } from '@varve/bus/nest';
import { isEventStoreError, type RecordedEvent } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { platformNames, serve, TOKEN, type Served } from './serving.js';

const serving: Served[] = [];

afterEach(async () => {
  for (const { app } of serving.splice(0)) await app.close();
});

async function served(...args: Parameters<typeof serve>): Promise<Served> {
  const one = await serve(...args);
  serving.push(one);
  return one;
}

async function filled(commits: number, data: unknown = { cents: 1 }): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore();
  for (let i = 0; i < commits; i++) await store.append(`order-${i % 3}`, 'any', [{ type: 'placed', data }]);
  return store;
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.each(platformNames)('The endpoint of a log, on %s', (platform) => {
  test('gives every event as it stands in the log', async () => {
    const store = new InMemoryEventStore();
    const data = {
      2: 'b',
      1: 'a',
      text: 'ä😀\u2028"\\',
      nested: [{ deep: null }, 1e21, 0.1, -5],
      ['__proto__x']: true,
    };
    await store.append('order-1', 'any', [
      { type: 'placed', data, metadata: { correlationId: 'c', tenant: 'north' }, schemaVersion: 3 },
      { type: 'paid', data: null },
    ]);
    const { url } = await served(store, platform);
    const reader = new HttpLogReader({ url, token: TOKEN });
    const [here] = await arrayOf(store.readAll(0));
    const [there] = await arrayOf(reader.readAll(0));
    expect(there).toEqual(here);
    const events = (log: typeof store | typeof reader) => arrayOf(log.readStream('order-1'));
    expect(await events(reader)).toEqual(await events(store));
    const texts = (all: readonly RecordedEvent[]) => all.map((event) => JSON.stringify(event.data));
    expect(texts(await events(reader))).toEqual(texts(await events(store)));
  });

  test('pages what is long or large', async () => {
    const store = await filled(40, { padding: 'x'.repeat(400_000) });
    const { url } = await served(store, platform);
    const reader = new HttpLogReader({ url, token: TOKEN });
    const batches = await arrayOf(reader.readAll(0));
    expect(batches.length).toBeGreaterThan(3);
    expect(batches.flatMap(({ commits }) => commits.map(({ position }) => position))).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const versions = (await arrayOf(reader.readStream('order-0'))).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
  });

  test('refuses whoever has no token, says what to do, and takes any of several', async () => {
    const { url } = await served(await filled(1), platform, {
      token: () => Promise.resolve(['old one', TOKEN]),
    });
    for (const token of [undefined, 'wrong', `${TOKEN}s`]) {
      const error = await refusal(new HttpLogReader({ url, ...(token && { token }) }).head());
      expect(isEventStoreError(error, 'store-unavailable') && error.retryable).toBe(true);
      expect(String(error)).toMatch(/answered 401\. Check the token/);
    }
    for (const token of ['old one', TOKEN]) expect(await new HttpLogReader({ url, token }).head()).toBe(1);
  });

  test('asks a guard of the app', async () => {
    const guard = {
      canActivate: () => {
        throw new UnauthorizedException();
      },
    };
    const { url } = await served(await filled(1), platform, { guard });
    expect(String(await refusal(new HttpLogReader({ url, token: TOKEN }).head()))).toMatch(/401/);
  });

  test.each([
    ['commits?after=-1', '"after"'],
    ['commits?after=x', '"after"'],
    ['commits?limit=0', '"limit"'],
    ['commits?limit=10001', '"limit" is no whole number from 1 to 10000.'],
    ['commits?filter=%7B', '"filter"'],
    ['commits?filter=null', '"filter"'],
    ['commits?filter=5', '"filter"'],
    ['commits?filter=[]', '"filter"'],
    ['commits/x', '"position"'],
    ['stream', 'as name'],
    ['stream?name=a&from=0', '"from"'],
  ])('refuses %s with 400, by its name', async (path, name) => {
    const { url } = await served(await filled(1), platform);
    const answer = await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await answer.json()).toMatchObject({
      statusCode: 400,
      message: expect.stringContaining(name) as string,
    });
  });

  test('answers who waits for a commit when it comes, when the wait is over, and when the app shuts down', async () => {
    const store = await filled(1);
    const { url, app } = await served(store, platform);
    const reader = new HttpLogReader({ url, token: TOKEN, longPoll: 30_000 });
    const forever = new AbortController();
    const commit = reader.waitForCommit(1, forever.signal);
    await store.append('order-9', 'any', [{ type: 'placed', data: {} }]);
    await commit;
    await new HttpLogReader({ url, token: TOKEN, longPoll: 20 }).waitForCommit(1, forever.signal);
    const gone = new AbortController();
    const leaving = reader.waitForCommit(2, gone.signal);
    gone.abort();
    await leaving;
    const waiting = refusal(reader.waitForCommit(2, forever.signal));
    await until(() => fetch(`${url}/head`).then(({ status }) => status === 401));
    await app.close();
    // The server is gone: the client says so, and its caller waits.
    expect(isEventStoreError(await waiting, 'store-unavailable')).toBe(true);
  });
});

describe('A client of a log', () => {
  test('does not know the id of a log before it has reached it, and follows when it changes', async () => {
    const port = await aFreePort();
    const reader = new HttpLogReader({ url: `http://127.0.0.1:${port}/varve/log`, token: TOKEN, retries: 0 });
    expect(() => reader.logId).toThrow(/not reached yet/);
    expect(isEventStoreError(await refusal(reader.head()), 'store-unavailable')).toBe(true);
    const [first, second] = [await filled(1), await filled(2)];
    await served(first, 'Express', { token: TOKEN, port });
    await reader.head();
    expect(reader.logId).toBe(first.logId);
    await serving.pop()?.app.close();
    await served(second, 'Express', { token: TOKEN, port });
    expect(await reader.head()).toBe(2);
    expect(reader.logId).toBe(second.logId);
  });

  test('tries again what was lost on the way, and says what it is in the end', async () => {
    const store = await filled(2);
    const { url } = await served(store);
    let asked = 0;
    const flaky: typeof fetch = (...args) => {
      asked += 1;
      return asked < 3
        ? Promise.reject(new TypeError('fetch failed', { cause: new Error('reset') }))
        : fetch(...args);
    };
    expect(await new HttpLogReader({ url, token: TOKEN, fetch: flaky }).head()).toBe(2);
    asked = 0;
    const error = await refusal(new HttpLogReader({ url, token: TOKEN, fetch: flaky, retries: 1 }).head());
    expect(String(error)).toMatch(/could not be asked: reset/);
  });

  test('tells a log from whatever else answers', async () => {
    const { url } = await served(await filled(1));
    const page: typeof fetch = () => Promise.resolve(new Response('<h1>Welcome</h1>'));
    const json: typeof fetch = () => Promise.resolve(new Response('{"ok":true}'));
    for (const fetched of [page, json]) {
      const error = await refusal(new HttpLogReader({ url, fetch: fetched }).head());
      expect(String(error)).toMatch(/no endpoint of a log/);
    }
    const missing = await refusal(new HttpLogReader({ url: `${url}/elsewhere`, token: TOKEN }).head());
    expect(String(missing)).toMatch(/404.*Check the address/);
  });

  test('asks nobody once it is closed', async () => {
    const { url } = await served(await filled(1));
    const reader = new HttpLogReader({ url, token: TOKEN });
    await reader.close();
    expect(isEventStoreError(await refusal(reader.head()), 'store-closed')).toBe(true);
  });

  test.each([
    { url: 'ftp://x' },
    { url: 'http://a:b@x' },
    { url: 'http://:b@x' },
    { url: 'http://x/log#part' },
    { maxAnswerBytes: 0 },
    { url: 'x' },
    { token: '' },
    { timeout: 0 },
    { longPoll: 31_000 },
  ])('is refused with %o', (wrong) => {
    expect(() => new HttpLogReader({ url: 'http://x', ...wrong })).toThrow(InvalidBusOptionsError);
  });
});

describe('The module of the endpoint', () => {
  test.each([{}, { token: '' }, { token: [] }, { token: ['a', ''] }])(
    'is refused without a secret: %o',
    (options) => {
      expect(() => LogEndpointModule.forRoot(options)).toThrow(InvalidBusOptionsError);
    },
  );

  test('serves a log to everybody when that is said', async () => {
    const { url } = await served(await filled(3), 'Fastify', { public: true, path: 'open/log' });
    expect(await new HttpLogReader({ url }).head()).toBe(3);
  });

  test('refuses a log that a power cut could take back', async () => {
    const store = await filled(1);
    const weak = Object.create(store, { durability: { value: 'process-crash' } }) as InMemoryEventStore;
    await expect(serve(weak)).rejects.toThrow(/power cut could take back/);
  });
});

async function aFreePort(): Promise<number> {
  const { url } = await served(await filled(0), 'Express');
  await serving.pop()?.app.close();
  return Number(new URL(url).port);
}

async function arrayOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
