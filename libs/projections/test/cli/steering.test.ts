import { describe, expect, test, vi } from 'vitest';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { varve } from './command.js';
import {
  charge,
  flags,
  project,
  shopApp,
  shopFiles,
  withLog,
  withReadModels,
  type Files,
  type ShopOptions,
} from './shop.js';

const rowsIn = (files: Files) =>
  withReadModels(files.readModels, (readModels) =>
    readModels.query('totals', (query) => query.all('SELECT * FROM {totals} ORDER BY id')),
  );

describe('rebuild', () => {
  test('builds the same version again and switches; elsewhere than on a terminal it prints plain lines', async () => {
    const files = await shopFiles();
    const { code, out, rewritten } = await varve('projections rebuild totals', { app: shopApp(files) });
    expect([code, rewritten]).toEqual([0, []]);
    expect(out).toMatch(/^totals@1\.2 0% \(0 of 3\), 0 events\/s\n/);
    expect(out.split('\n').at(-1)).toBe('totals@1.2 is live instead of totals@1, at position 3.');
  });

  test.each([40, 80, 120])(
    'on a terminal of %i columns the progress is one line that fits',
    async (columns) => {
      const files = await shopFiles();
      const { rewritten, out } = await varve('projections rebuild totals --verify', {
        app: shopApp(files),
        columns,
      });
      expect(rewritten.length).toBeGreaterThan(1);
      for (const line of rewritten) expect(line.length).toBeLessThan(columns);
      expect(rewritten.at(-1)).toBe('');
      if (columns >= 80) expect(rewritten[0]).toMatch(/^\[[.#]+\] totals@1\.2 verifying, \d+% \(\d of 3\)/);
      expect(out.split('\n')).toEqual([
        'Verified at position 3: all 2 rows are the same.',
        'totals@1.2 is live instead of totals@1, at position 3.',
      ]);
    },
  );

  test('--verify prints the differences, and switches all the same: 3', async () => {
    const files = await shopFiles();
    const app = shopApp(files, { times: 3 });
    const { code, out } = await varve('projections rebuild totals --verify', { app, columns: 80 });
    expect(code).toBe(3);
    expect(out.split('\n')).toEqual([
      '2 rows differ at position 3, where 2 are live:',
      '  different totals ["order-1"]: {"id":"order-1","cents":2} → {"id":"order-1","cents":6}',
      '  different totals ["order-2"]: {"id":"order-2","cents":1} → {"id":"order-2","cents":3}',
      'totals@1.2 is live instead of totals@1, at position 3.',
    ]);
  });

  test('--require-same does not switch to other rows: 3; --afresh --drop with mended code does', async () => {
    const files = await shopFiles();
    const wrong = await varve('projections rebuild totals --require-same --json', {
      app: shopApp(files, { times: 3 }),
    });
    expect(wrong.code).toBe(3);
    expect(JSON.parse(wrong.out)).toMatchObject({
      outcome: 'held',
      reason: 'not-verified',
      verification: { verdict: 'different', differing: 2 },
    });
    expect(await rowsIn(files)).toEqual([
      { id: 'order-1', cents: 2 },
      { id: 'order-2', cents: 1 },
    ]);
    const right = await varve('projections rebuild totals --require-same --afresh --drop', {
      app: shopApp(files),
    });
    expect(right.code).toBe(0);
    expect((await varve([...flags(files), 'projections', 'list', '--json'])).out).toContain(
      '"live":"totals@1.3","building":[],"retired":[]',
    );
  });

  test('a new version that parks streams is held, and switched to when that is asked for', async () => {
    const files = await shopFiles();
    const app = shopApp(files, { version: 2, broken: 'order-2' });
    const held = await varve('projections rebuild totals', { app });
    expect(held).toMatchObject({ code: 3 });
    expect(held.out).toContain('totals@2 is built but not live: it parks 1 streams');
    const switched = await varve('projections rebuild totals --switch-parked', { app });
    expect(switched).toMatchObject({ code: 0, out: expect.stringContaining('totals@2 is live') as string });
  });

  test('a projection that the app does not have is refused, with those that it has', async () => {
    const { code, err } = await varve('projections rebuild orders', { app: shopApp(await shopFiles()) });
    expect([code, err]).toEqual([1, 'invalid-options: This app has no projection "orders". It has: totals.']);
  });
});

test('a rebuild that parks very many streams names the first of them', async () => {
  const files = await shopFiles();
  const broken = Array.from({ length: 25 }, (_, i) => `order-${i + 3}`);
  await withLog(files.log, (log) => charge(log, ...broken));
  await project(files);
  const app = shopApp(files, { broken });
  const { out } = await varve('projections rebuild totals --verify', { app });
  const line = out.split('\n').find((one) => one.includes('parked in the rebuilt version'));
  expect(line).toMatch(/: order-3, order-4, .*, order-22 … and 5 more \(--json lists all\)$/);
});

describe('parked', () => {
  const broken: ShopOptions = { broken: 'order-2' };
  const run = (files: Files, words: string) => varve([...flags(files), 'parked', ...words.split(' ')]);

  test('list and show say where a stream stands, why, and what waits', async () => {
    const files = await shopFiles(broken);
    await withLog(files.log, (log) => charge(log, 'order-2', 'order-2'));
    expect((await run(files, 'list')).out.replace(/\d+ s ago/, '0 s ago')).toBe(
      [
        'PROJECTION  STREAM   NEXT  TRIED    SINCE  ASKED  ERROR',
        'totals@1    order-2     1      1  0 s ago         out of ink',
      ].join('\n'),
    );
    const shown = (await run(files, 'show totals order-2 --limit 2')).out.split('\n');
    expect(shown[0]).toBe('order-2 in totals@1');
    expect(shown[3]).toMatch(/out of ink$/);
    expect(shown.slice(4)).toEqual([
      '  waiting:',
      expect.stringMatching(/^ {4}1 .*order.charged {2}\{"cents":1\}$/),
      expect.stringMatching(/^ {4}2 /),
      '    … and more (--limit)',
    ]);
    expect(JSON.parse((await run(files, 'show totals order-2 --json')).out)).toMatchObject({
      processor: 'totals@1',
      parked: { stream: 'order-2', nextVersion: 1 },
      waiting: [{ version: 1 }, { version: 2 }, { version: 3 }],
    });
    expect(JSON.parse((await run(files, 'list --json')).out)).toMatchObject([
      { name: 'totals', stream: 'order-2' },
    ]);
    expect(await run(files, 'show totals order-1')).toMatchObject({ code: 1 });
  });

  test('retry is done by the projector when it runs', async () => {
    const files = await shopFiles(broken);
    expect((await run(files, 'retry totals')).out).toContain('totals@1: retry of order-2 asked for');
    expect((await run(files, 'list')).out).toMatch(/order-2 .* retry /);
    await project(files);
    expect((await run(files, 'list')).out).toBe('Nothing is parked.');
    expect(await rowsIn(files)).toContainEqual({ id: 'order-2', cents: 1 });
    expect(await run(files, 'retry totals')).toMatchObject({
      code: 1,
      err: 'Nothing is parked in "totals".',
    });
  });

  test('retry of all asks for the others when a projector has applied one since it was listed', async () => {
    const files = await shopFiles({ broken: ['order-1', 'order-2'] });
    const { request } = SqliteReadModels.prototype;
    vi.spyOn(SqliteReadModels.prototype, 'request').mockImplementationOnce(async function (
      this: SqliteReadModels,
      ...asked
    ) {
      await request.apply(this, asked);
      await project(files);
      return request.apply(this, asked);
    });
    const { code, out } = await run(files, 'retry totals --json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { request: 'retry', asked: [{ processor: 'totals@1', stream: 'order-2' }], missing: [] },
    ]);
    expect(JSON.parse((await run(files, 'list --json')).out)).toMatchObject([
      { stream: 'order-2', request: 'retry' },
    ]);
  });

  test('what a replaced version has parked is neither listed nor asked for: nobody applies it any more', async () => {
    const files = await shopFiles(broken);
    await varve('projections rebuild totals', { app: shopApp(files) });
    expect((await run(files, 'list')).out).toBe('Nothing is parked.');
    expect(await run(files, 'retry totals')).toMatchObject({ code: 1, out: '' });
  });

  test('discard gives up on what failed, on record; what is not parked is named: 1', async () => {
    const files = await shopFiles(broken);
    const some = await run(files, 'discard totals order-2 order-9 --json');
    expect([some.code, JSON.parse(some.out)]).toEqual([
      1,
      { request: 'discard', asked: [{ processor: 'totals@1', stream: 'order-2' }], missing: ['order-9'] },
    ]);
    expect(some.err).toBe('"order-9" is not parked in "totals".');
    await project(files, broken);
    expect((await varve([...flags(files), 'projections', 'status', 'totals', '--json'])).out).toContain(
      '"skipped":1',
    );
  });

  test('a long error gives way to a narrow terminal, and is whole in a pipe', async () => {
    const files = await shopFiles(broken);
    const narrow = await varve([...flags(files), 'parked', 'list'], { columns: 60 });
    for (const line of narrow.out.split('\n')) expect(line.length).toBeLessThanOrEqual(66);
    expect((await run(files, 'list')).out).toContain('out of ink');
  });
});

test('replay lets a reactor have its effects again from a position on, and refuses what it is not meant for', async () => {
  const files = await shopFiles();
  const seen: string[] = [];
  const app = shopApp(files);
  const { code, out } = await varve('replay mail --from 2 --effects-again --json', { app });
  expect([code, JSON.parse(out)]).toEqual([0, { reactor: 'mail', from: 2, head: 3 }]);
  await project(files, {}, seen);
  expect(seen).toEqual(['order-2', 'order-1']);
  const refused = async (words: string) => (await varve(`replay ${words} --effects-again`, { app })).err;
  expect(await refused('totals --from 1')).toContain('It is a projection');
  expect(await refused('post --from 1')).toContain('Reactors: mail');
  expect(await refused('mail --from 9')).toContain('The log ends at position 3');
});
