import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { varve } from './command.js';
import { charge, filesIn, flags, project, shopApp, shopFiles, withLog, type Files } from './shop.js';

const examine = async (files: Files) => {
  const { code, out, err } = await varve([...flags(files), 'doctor']);
  return { code, lines: out.split('\n'), err };
};

describe('doctor', () => {
  test('finds nothing wrong with a shop that is well', async () => {
    const { code, lines } = await examine(await shopFiles());
    expect([code, lines.slice(1)]).toEqual([
      0,
      [
        '✓ durability: an acknowledged append survives a power cut',
        '✓ totals@1: live, at position 3',
        '✓ reactor/mail: working, at position 3',
      ],
    ]);
    expect(lines[0]).toMatch(/^✓ log: \S+: 3 commits, 3 events, 2 streams; nothing wrong$/);
  });

  test('says what stopped, what is parked and what is paused, and which command helps: 3', async () => {
    const stopped = await examine(await shopFiles({ broken: 'order-2', then: 'stop' }));
    expect(stopped.code).toBe(3);
    expect(stopped.lines.join('\n')).toMatch(
      /✗ totals@1: stopped: .*out of ink[^]*varve projections resume totals/,
    );
    const files = await shopFiles({ broken: 'order-2' });
    await varve([...flags(files), 'projections', 'pause', 'mail']);
    const { code, lines } = await examine(files);
    expect(code).toBe(3);
    expect(lines).toContain('✗ totals@1: 1 parked: see "varve parked list totals"');
    expect(lines).toContain('! reactor/mail: paused: "varve projections resume mail" goes on');
  });

  test('says that code which is older than what is live leaves it standing, and what to do', async () => {
    const files = await shopFiles();
    await project(files, { version: 2 });
    expect((await varve('doctor', { app: shopApp(files, { version: 2 }) })).out).not.toContain('!');
    const { code, out } = await varve('doctor', { app: shopApp(files) });
    expect(code).toBe(0);
    expect(out).toContain(
      '! totals: this code has version 1 and does not keep totals@2 up to date, which is live: deploy that version again, or "varve projections rebuild totals" makes version 1 live',
    );
    expect(await varve('projections rebuild totals', { app: shopApp(files) })).toMatchObject({ code: 0 });
    expect((await varve('doctor', { app: shopApp(files) })).out).not.toContain('!');
  });

  test('says that a category is in no stream of the log, once something is in it', async () => {
    const files = filesIn();
    const app = () => shopApp(files, { categories: ['order', 'ordr'] });
    await withLog(files.log, () => Promise.resolve());
    expect((await varve('doctor', { app: app() })).out).not.toContain('ordr');
    await withLog(files.log, (log) => charge(log, 'order-1'));
    const { code, out } = await varve('doctor', { app: app() });
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('! totals: no stream of the log has its category "ordr"'),
    ]);
    expect(out).not.toContain('"order"');
  });

  test('notices a log that was restored, before and after it has a new id', async () => {
    const files = await shopFiles();
    const backup = `${files.log}.backup`;
    await varve(['--log', files.log, 'log', 'backup', backup]);
    await withLog(files.log, (log) => charge(log, 'order-3'));
    await project(files);
    for (const suffix of ['-wal', '-shm']) writeFileSync(files.log + suffix, '');
    copyFileSync(backup, files.log);
    await withLog(files.log, (log) => charge(log, 'order-4'));
    expect((await examine(files)).lines.join()).toMatch(
      /✗ totals@1: the log has another commit at position 4.*varve log restored/,
    );
    await varve(['--log', files.log, 'log', 'restored']);
    expect((await examine(files)).lines.join()).toMatch(
      /✗ totals@1: comes from log .*varve projections rebuild totals/,
    );
  });

  test.each([
    [
      'a foreign database',
      (file: string) => {
        const database = new Database(file);
        database.exec('CREATE TABLE songs (title TEXT)');
        database.close();
      },
    ],
    ['no database at all', (file: string) => writeFileSync(file, 'Dear diary, '.repeat(1_000))],
    ['an empty file', (file: string) => writeFileSync(file, '')],
    ['nothing', () => undefined],
  ])('%s is a finding, and does not hide what else there is', async (_what, make) => {
    const [good, bad] = [await shopFiles(), filesIn()];
    make(bad.log);
    make(bad.readModels);
    const log = await examine({ ...good, log: bad.log });
    expect([log.code, log.err]).toEqual([3, '']);
    expect(log.lines).toEqual([
      expect.stringMatching(/^✗ log: ./),
      '✓ totals@1: live, at position 3',
      '✓ reactor/mail: working, at position 3',
    ]);
    const readModels = await examine({ ...good, readModels: bad.readModels });
    expect(readModels.code).toBe(3);
    expect(readModels.lines[0]).toMatch(/^✗ read models: ./);
    expect(readModels.lines[1]).toMatch(/^✓ log: /);
  });

  test('files of a newer release, and a log taken for read models, are findings', async () => {
    const files = await shopFiles();
    expect((await examine({ log: files.readModels, readModels: files.log })).lines).toEqual([
      expect.stringMatching(/^✗ log: .*read models|^✗ log: /i),
      expect.stringMatching(/^✗ read models: /),
    ]);
    for (const [subject, file] of [
      ['log', files.log],
      ['read models', files.readModels],
    ] as const) {
      const database = new Database(file);
      const before = database.pragma('user_version', { simple: true }) as number;
      database.pragma(`user_version = ${before + 900}`);
      database.close();
      const { lines } = await examine(files);
      expect(lines.find((line) => line.startsWith(`✗ ${subject}: `))).toMatch(/newer/);
    }
  });

  test('a damaged log is reported: 3', async () => {
    const files = filesIn();
    await withLog(files.log, (log) => charge(log, ...Array.from({ length: 300 }, (_, i) => `order-${i}`)));
    truncateSync(files.log, 8_192);
    const { code, out } = await varve(['--log', files.log, 'doctor', '--json']);
    expect(code).toBe(3);
    expect((JSON.parse(out) as { level: string }[]).some(({ level }) => level === 'problem')).toBe(true);
  });

  test('through an app it also says what was never started, and why the app does not boot', async () => {
    const files = filesIn();
    await withLog(files.log, () => Promise.resolve());
    const fresh = await varve('doctor', { app: shopApp(files) });
    expect([fresh.code, fresh.out]).toEqual([0, expect.stringContaining('! totals: not started yet')]);
    const broken = await varve('doctor', { app: () => Promise.reject(new Error('no configuration')) });
    expect(broken).toMatchObject({ code: 3, out: '✗ app: no configuration' });
  });
});
