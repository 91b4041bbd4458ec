import { inspect } from 'node:util';
import { HttpLogReader, InvalidBusOptionsError, type HttpLogReaderOptions } from '@varve/bus';
import { isEventStoreError } from '@varve/eventstore';
import { describe, expect, test } from 'vitest';
import { ManualTime } from '../../../../test/support/manual-time.js';
import { until } from '../../../../test/support/until.js';

const URL_OF_LOG = 'http://log.internal/varve/log';

const EVENT = { type: 'placed', data: {}, metadata: {}, schemaVersion: 1 };
const COMMIT = { position: 1, stream: 'order-1', firstVersion: 1, lastVersion: 1, at: 0, events: [EVENT] };
const STREAM_EVENT = { ...EVENT, version: 1, position: 1, at: 0 };

/** A reader of whatever is said here, over and over. */
function told(body: unknown, options: Partial<HttpLogReaderOptions> = {}): HttpLogReader {
  const text = typeof body === 'string' ? body : JSON.stringify({ logId: 'a', ...(body as object) });
  return new HttpLogReader({ url: URL_OF_LOG, fetch: async () => new Response(text), ...options });
}

async function refusal(work: Promise<unknown>): Promise<Error & { cause?: unknown }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('It was not refused.');
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const item of items) {
    if (++count > 5) throw new Error(`It never ends: ${JSON.stringify(item)}`);
  }
  return count;
}

function commits(upTo: unknown, ...all: readonly unknown[]): unknown {
  return { upTo, commits: all };
}

function stream(more: unknown, ...events: readonly unknown[]): unknown {
  return { more, events };
}

async function expectRefused(work: Promise<unknown>): Promise<void> {
  const error = await refusal(work);
  expect(isEventStoreError(error, 'store-unavailable'), String(error)).toBe(true);
  expect(error.message).toContain(`${URL_OF_LOG}/`);
}

describe('A client of a log believes no answer that', () => {
  test.each([[{}], [{ head: '5' }], [{ head: -1 }], [{ head: 2 ** 53 }], ['null'], ['[]']])(
    'gives a head like %j',
    (answer) => expectRefused(told(answer).head()),
  );

  test.each([
    [{ commit: { ...COMMIT, position: 2 } }],
    [{ commit: 5 }],
    [{}],
    [{ commit: { ...COMMIT, at: 'x' } }],
    [{ commit: { ...COMMIT, lastVersion: 0 } }],
  ])('gives a commit like %j', (answer) => expectRefused(told(answer).commitAt(1)));

  test.each([
    [{ upTo: 1 }],
    [commits('1', COMMIT)],
    [commits(1e300)],
    [commits(7)],
    [commits(2, COMMIT)],
    [commits(0, COMMIT)],
    [commits(2, COMMIT, COMMIT)],
    [commits(1, { ...COMMIT, events: [] })],
    [commits(1, { ...COMMIT, events: [{ ...EVENT, metadata: null }] })],
    [commits(1, { ...COMMIT, stream: 5 })],
    [commits(1, { ...COMMIT, commitId: 5 })],
    [commits(1, null)],
  ])('gives commits like %j', (answer) => expectRefused(countOf(told(answer).readAll(0))));

  test('goes back behind what is known', () => expectRefused(countOf(told(commits(1, COMMIT)).readAll(5))));

  test.each([
    [stream(true)],
    [stream(1, STREAM_EVENT)],
    [stream(false, { ...STREAM_EVENT, version: 2 })],
    [stream(true, STREAM_EVENT, STREAM_EVENT)],
    [stream(true, { ...STREAM_EVENT, at: null })],
    [stream(true, { ...STREAM_EVENT, type: 5 })],
    [{ more: false }],
  ])('gives a stream like %j', (answer) => expectRefused(countOf(told(answer).readStream('order-1'))));

  test('gives the same page of a stream again, or more than was asked for', async () => {
    await expectRefused(countOf(told(stream(true, STREAM_EVENT)).readStream('order-1')));
    const backward = told(stream(true, { ...STREAM_EVENT, version: 9 }));
    await expectRefused(countOf(backward.readStream('order-1', { direction: 'backward' })));
    const two = stream(false, STREAM_EVENT, { ...STREAM_EVENT, version: 2 });
    await expectRefused(countOf(told(two).readStream('order-1', { limit: 1 })));
  });

  test('is larger than it may be, and reads no further', async () => {
    let given = 0;
    const endless = async () =>
      new Response(
        new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array((given += 1) && 1_000).fill(32)) }),
      );
    const reader = new HttpLogReader({ url: URL_OF_LOG, fetch: endless, maxAnswerBytes: 10_000 });
    const error = await refusal(reader.head());
    expect(isEventStoreError(error, 'store-unavailable')).toBe(true);
    expect(error.message).toMatch(/more than 10000 bytes/);
    expect(given).toBeLessThan(20);
  });
});

describe('A client of a log', () => {
  test('takes an event for what the log says it is, not for what it says itself', async () => {
    const event = { ...EVENT, stream: 'other', version: 7 };
    for await (const batch of told(commits(1, { ...COMMIT, events: [event] })).readAll(0)) {
      expect(batch.commits[0]?.events[0]).toMatchObject({ stream: 'order-1', version: 1 });
      return;
    }
  });

  test('does not ask at once again while it waits and nothing is new', async () => {
    const time = new ManualTime();
    let asked = 0;
    const fetched = async () => {
      asked += 1;
      return new Response(JSON.stringify({ logId: 'a', head: asked < 3 ? 1 : 2 }));
    };
    const reader = new HttpLogReader({ url: URL_OF_LOG, fetch: fetched, timers: time });
    let isOver = false;
    const waiting = reader.waitForCommit(1, new AbortController().signal).then(() => (isOver = true));
    await until(() => asked === 1);
    for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(1);
    await until(() => {
      time.advance(50);
      return isOver;
    });
    await waiting;
    expect(asked).toBe(3);
  });

  test('stops waiting in a pause', async () => {
    const leaving = new AbortController();
    let asked = 0;
    const fetched = async () => {
      asked += 1;
      return new Response('{"logId":"a","head":1}');
    };
    const reader = new HttpLogReader({ url: URL_OF_LOG, fetch: fetched, timers: new ManualTime() });
    const waiting = reader.waitForCommit(1, leaving.signal);
    await until(() => asked === 1);
    leaving.abort();
    await waiting;
    expect(asked).toBe(1);
  });

  test('quotes little of an answer, on one line', async () => {
    const page = `<h1>\n\u001b[31m\u202e${'x'.repeat(5_000)}`;
    const texts = await Promise.all(
      [200, 400].map(async (status) => {
        const fetched = async () => new Response(page, { status });
        return (await refusal(new HttpLogReader({ url: URL_OF_LOG, fetch: fetched }).head())).message;
      }),
    );
    for (const text of texts) {
      expect(text).toContain(String.raw`<h1>\u{a}\u{1b}[31m\u{202e}xxx`);
      expect(text.length).toBeLessThan(500);
    }
  });

  test.each(['geheim\n', ' geheim', 'geheim ', 'gehe\u0000im', 'geheim€'])(
    'never sends the token %j, nor tells it',
    async (token) => {
      expect(() => told({ head: 1 }, { token })).toThrow(InvalidBusOptionsError);
      const error = await refusal(told({ head: 1 }, { token: () => token }).head());
      expect(error).toBeInstanceOf(InvalidBusOptionsError);
      expect(error).toMatchObject({ retryable: false });
      expect(error.message).not.toMatch(/gehe/);
    },
  );

  test('says that a token could not be had, and can be asked again', async () => {
    const token = () => {
      throw new Error('the vault is shut');
    };
    const error = await refusal(told({ head: 1 }, { token }).head());
    expect(isEventStoreError(error, 'store-unavailable')).toBe(true);
    expect(error.cause).toMatchObject({ message: 'the vault is shut' });
  });

  test('tells no secret of an address that it refuses', () => {
    for (const url of ['http://a:geheim@x', 'http://x?key=geheim', 'http://x#geheim']) {
      expect(() => new HttpLogReader({ url })).toThrow(/^(?!.*geheim).*is no address/);
    }
  });
});

test.each([200, 400, 500])('A secret that comes back with an answer (%i) is in no error', async (status) => {
  const token = 'a-secret-of-the-log';
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> =>
    new Response(`You sent ${JSON.stringify(init?.headers)}`, { status });
  const error = await refusal(new HttpLogReader({ url: URL_OF_LOG, token, fetch, retries: 0 }).head());
  expect(inspect(error, { depth: 9 })).toContain('***');
  expect(inspect(error, { depth: 9 })).not.toContain(token);
});
