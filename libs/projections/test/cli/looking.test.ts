import { describe, expect, test } from 'vitest';
import { varve } from './command.js';
import { charge, filesIn, flags, project, shopApp, shopFiles, withLog, withReadModels } from './shop.js';

const lines = (text: string) => text.split('\n');
const widest = (text: string) => Math.max(...lines(text).map((line) => line.length));

describe('projections', () => {
  test('list says what there is: in the code, live, building, retired', async () => {
    const files = await shopFiles();
    const app = shopApp(files, { version: 2 });
    expect(lines((await varve('projections list', { app })).out)).toEqual([
      'NAME    KIND        CODE  LIVE          BUILDING  RETIRED  HANDLES',
      'mail    reactor        -  reactor/mail                     order.charged',
      'totals  projection     2  totals@1                         order.charged',
    ]);
    await project(files, { version: 2 });
    const { out } = await varve([...flags(files), 'projections', 'list', '--json']);
    expect(JSON.parse(out)).toEqual([
      { name: 'mail', kind: 'reactor', live: 'reactor/mail', building: [], retired: [] },
      { name: 'totals', kind: 'projection', live: 'totals@2', building: [], retired: ['totals@1'] },
    ]);
  });

  test('list names what no projector has started yet', async () => {
    const files = filesIn();
    await withLog(files.log, () => Promise.resolve());
    const { out } = await varve('projections list', { app: shopApp(files) });
    expect(out).toMatch(/^totals +projection +1 +not started/m);
  });

  test('status says where each stands, on a terminal of 80 columns', async () => {
    const files = await shopFiles({ broken: 'order-2' });
    await withLog(files.log, (log) => charge(log, 'order-3'));
    const { code, out } = await varve([...flags(files), 'projections', 'status'], { columns: 80 });
    expect(code).toBe(0);
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect(out.replaceAll(/\d+ s ago/g, '0 s ago')).toBe(
      [
        'PROJECTION    STATE       POSITION  BEHIND  PARKED  SKIPPED  UPDATED',
        'totals@1      live, idle         3       1       1        0  0 s ago',
        'reactor/mail  idle               3       1       0        0  0 s ago',
        '',
        'The log ends at position 4.',
      ].join('\n'),
    );
    const json = await varve([...flags(files), 'projections', 'status', 'totals', '--json']);
    expect(JSON.parse(json.out)).toMatchObject([
      { name: 'totals', processor: 'totals@1', live: true, parked: 1, behind: 1, head: 4 },
    ]);
  });

  test('status says why something stopped, and needs no log', async () => {
    const files = await shopFiles({ broken: 'order-2', then: 'stop' });
    const { out } = await varve(['--read-models', files.readModels, 'projections', 'status']);
    expect(out).toMatch(/totals@1 +live, stopped +1 +- /);
    expect(out).toMatch(/totals@1 stopped: .*out of ink/);
  });

  test('a name that is unknown is an error that says so', async () => {
    const files = await shopFiles();
    for (const words of [
      'projections status x',
      'projections pause x',
      'parked list x',
      'projections drop x',
      'projections wait x',
    ]) {
      const { code, err } = await varve([...flags(files), ...words.split(' ')]);
      expect([words, code, err]).toEqual([words, 1, expect.stringContaining('"x"')]);
    }
  });

  test('wait says whether readers see a position: 0, or 4 with the reason', async () => {
    const files = await shopFiles();
    const wait = (words: string) =>
      varve([...flags(files), 'projections', 'wait', 'totals', ...words.split(' ')]);
    expect(await wait('--timeout 1s')).toMatchObject({ code: 0, out: 'totals has come to position 3.' });
    expect(await wait('--position 1,000 --timeout 20ms')).toMatchObject({
      code: 4,
      err: 'totals has not come to position 1000: it is at 3 (timeout).',
    });
    await varve([...flags(files), 'projections', 'pause', 'totals', '--reason', 'moving']);
    const { code, out } = await wait('--position 9 --timeout 5m --json');
    expect([code, JSON.parse(out)]).toEqual([
      4,
      { reached: false, reason: 'paused', position: 3, wanted: 9 },
    ]);
  });

  test('pause and resume take a projection, one version of it, or a reactor', async () => {
    const files = await shopFiles();
    await project(files, { version: 2 });
    const run = (words: string) => varve([...flags(files), 'projections', ...words.split(' ')]);
    const states = () =>
      withReadModels(files.readModels, async (readModels) =>
        Object.fromEntries(
          (await readModels.listProcessors()).map((row) => [row.processor, row.lease.state]),
        ),
      );
    expect((await run('pause totals')).out).toBe('totals@2 paused');
    expect((await run('pause mail --json')).out).toBe('{"paused":["reactor/mail"]}');
    expect(await states()).toMatchObject({ 'totals@2': 'paused', 'reactor/mail': 'paused' });
    expect((await run('resume totals --only totals@2')).out).toBe('totals@2 resumed');
    expect(await states()).toMatchObject({ 'totals@2': 'active', 'reactor/mail': 'paused' });
    expect(await run('resume totals --only totals@7')).toMatchObject({
      code: 1,
      err: 'There is no "totals@7". There are: totals@1, totals@2.',
    });
  });

  test('drop removes what is retired, and never what readers see', async () => {
    const files = await shopFiles();
    await project(files, { version: 2 });
    const run = (words: string) => varve([...flags(files), 'projections', ...words.split(' ')]);
    expect(await run('drop totals --only totals@2')).toMatchObject({
      code: 1,
      err: expect.stringContaining('version-is-live') as string,
    });
    expect((await run('drop totals --json')).out).toBe('{"dropped":["totals@1"]}');
    expect((await run('drop totals')).out).toBe('totals has no retired version.');
  });
});

describe('streams and log', () => {
  test('streams are listed page by page, in any script, aligned by what a terminal shows', async () => {
    const files = filesIn();
    await withLog(files.log, (log) =>
      charge(log, 'order-1', 'order-1', 'order-日本', 'cart-\u001b[31m', 'order-🧾'),
    );
    const run = (words: string) => varve(['--log', files.log, 'streams', ...words.split(' ')]);
    const { out } = await run('list');
    const pad = (name: string, wide = 0) => `${name.padEnd(15 - wide)}        `;
    expect(lines(out)).toEqual([
      'STREAM           VERSION  CLOSED',
      `${pad('cart-\\u{1b}[31m')}1`,
      `${pad('order-1')}2`,
      `${pad('order-日本', 2)}1`,
      `${pad('order-🧾')}1`,
    ]);
    expect(JSON.parse((await run('list --json --category cart')).out)).toMatchObject([
      { stream: 'cart-\u001b[31m' },
    ]);
    const page = await run('list --limit 2');
    expect(page.out).toContain("More may follow: --after 'order-1'");
    expect((await run('list --after order-1 --limit 9')).out).not.toContain('order-1');
  });

  test('a stream is shown forward, backward, from a version, and what is not there is an error', async () => {
    const files = await shopFiles();
    const run = (words: string) => varve(['--log', files.log, 'streams', 'show', ...words.split(' ')]);
    const versions = async (words: string) =>
      lines((await run(`order-1 --json ${words}`)).out).map(
        (line) => (JSON.parse(line) as { version: number }).version,
      );
    expect(await versions('--limit 5')).toEqual([1, 2]);
    expect(await versions('--backward')).toEqual([2, 1]);
    expect(await versions('--from 2')).toEqual([2]);
    expect((await run('order-1 --limit 1')).out).toMatch(/^1 {2}\S+Z {2}order.charged {2}\{"cents":1\}$/);
    expect(await run('order-9')).toMatchObject({ code: 1, err: 'Stream "order-9" has no events here.' });
  });

  test('nothing that a log holds reaches the terminal as an escape sequence', async () => {
    const files = filesIn();
    const evil = '\u001b]0;owned\u0007\u202e\u009b2J\u{e0041}';
    await withLog(files.log, (log) =>
      log.append(`order-${evil}`, 'any', [{ type: `order.${evil}`, data: { evil, cents: 1 } }]),
    );
    for (const words of [
      ['log', 'tail'],
      ['streams', 'list'],
      ['streams', 'show', `order-${evil}`],
    ]) {
      const { out } = await varve(['--log', files.log, ...words]);
      expect(out).toContain('u{1b}');
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      const { out: json } = await varve(['--json', '--log', files.log, ...words]);
      expect(json).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(JSON.stringify(JSON.parse(json))).toContain(JSON.stringify(evil).slice(1, -1));
    }
  });

  test('tail prints the last ten commits, or from a position, filtered by category and type', async () => {
    const files = filesIn();
    await withLog(files.log, async (log) => {
      await charge(log, ...Array.from({ length: 12 }, (_, i) => `order-${i}`));
      await log.append('cart-1', 'any', [
        { type: 'cart.opened', data: {} },
        { type: 'cart.filled', data: {} },
      ]);
    });
    const run = (words: string) =>
      varve(['--log', files.log, 'log', 'tail', ...words.split(' ').filter(Boolean)]);
    const positions = async (words: string) =>
      lines((await run(`--json ${words}`)).out).map(
        (line) => (JSON.parse(line) as { position: number }).position,
      );
    expect(await positions('')).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(await positions('--from 12')).toEqual([12, 13]);
    expect(await positions('--from 1 --category cart')).toEqual([13]);
    expect(await positions('--from 1 --type cart.filled --type nothing')).toEqual([13]);
    expect((await run('--from 13')).out).toMatch(
      /^13 {2}\S+Z {2}cart-1 {2}v1-2\n {4}cart.opened {2}\{\}\n {4}cart.filled/,
    );
  });

  test('tail --follow prints what comes, until it is interrupted: 130', async () => {
    const files = filesIn();
    await withLog(files.log, async (log) => {
      await charge(log, 'order-1');
      const stop = new AbortController();
      const seen: string[] = [];
      const running = varve(['--log', files.log, 'log', 'tail', '--follow', '--json'], {
        signal: stop.signal,
        onOut: (text) => {
          seen.push(text);
          if (seen.length === 1) void charge(log, 'order-2');
          else stop.abort(new Error('interrupted'));
        },
      });
      expect((await running).code).toBe(130);
      expect(seen.map((text) => (JSON.parse(text) as { stream: string }).stream)).toEqual([
        'order-1',
        'order-2',
      ]);
    });
  });

  test('verify, backup, restored and the consumers of a log', async () => {
    const files = await shopFiles();
    const run = (words: string) => varve(['--log', files.log, 'log', ...words.split(' ')]);
    expect(await run('verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 commits, 3 events, 2 streams; nothing wrong') as string,
    });
    expect(JSON.parse((await run('verify --json')).out)).toMatchObject({ commits: 3, problems: [] });
    const copy = `${files.log}.copy`;
    expect(JSON.parse((await run(`backup ${copy} --json`)).out)).toMatchObject({ file: copy });
    const restored = JSON.parse((await varve(['--log', copy, 'log', 'restored', '--json'])).out) as {
      before: string;
      after: string;
    };
    expect(restored.after).not.toBe(restored.before);
    expect(JSON.parse((await run('consumers --json')).out)).toMatchObject([
      { group: 'default', location: files.readModels },
    ]);
    expect((await run('consumers')).out).toContain(files.readModels);
    expect(JSON.parse((await run('forget-consumer default --json')).out)).toEqual({ forgotten: 'default' });
    expect((await run('consumers')).out).toBe('Nobody follows this log yet.');
    expect(await run('forget-consumer default')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"default"') as string,
    });
  });
});
