import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StoredLog } from '@varve/eventstore';
import { describe, expect, test } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { varve } from './command.js';
import { charge, filesIn, project, shopFiles, withLog, withReadModels, type Files } from './shop.js';

const bin = fileURLToPath(new URL('../../bin/varve.js', import.meta.url));
const isText = (message: unknown): message is string => typeof message === 'string';

const copyOf = (files: Files): Files => ({ ...files, log: `${files.log}.new` });
const copy = (from: Files, ...words: string[]) =>
  varve(['log', 'copy', from.log, copyOf(from).log, ...words]);
const idOf = (file: string) => withLog(file, async (log) => log.logId);

async function contentOf(log: StoredLog): Promise<unknown[]> {
  const content: unknown[] = [];
  for await (const batch of log.readStored(0)) content.push(...batch);
  for await (const page of log.readFences()) content.push(...page);
  return content;
}

async function equalLogs(from: string, to: string): Promise<void> {
  const [there, here] = [await withLog(from, contentOf), await withLog(to, contentOf)];
  expect(here).toEqual(there);
}

async function largeLog(commits: number): Promise<Files> {
  const files = filesIn();
  await withLog(files.log, async (log) => {
    await Promise.all(Array.from({ length: commits }, (_, i) => charge(log, `order-${i % 700}`)));
    for (const id of ['a', 'b', 'c']) await log.fence(id);
  });
  return files;
}

describe('log copy', () => {
  test('makes another log of the same content, and says what that means', async () => {
    const files = await shopFiles();
    const { code, out } = await copy(files);
    expect(code).toBe(0);
    const [from, to] = [files.log, copyOf(files).log];
    const [source, made] = [await idOf(from), await idOf(to)];
    expect(made).not.toBe(source);
    expect(out).toContain(
      `Log ${source} is copied from ${from} to ${to}: 3 commits and 0 fences, compared one by one. The copy is log ${made}.`,
    );
    expect(out).toContain('projections of the old one refuse it');
    await equalLogs(from, to);
    expect((await varve(['--log', to, 'log', 'verify'])).code).toBe(0);
  });

  test('is told to programs as one value', async () => {
    const files = await shopFiles();
    const { out } = await copy(files, '--move', '--json');
    const logId = await idOf(files.log);
    const [from, to] = [files.log, copyOf(files).log];
    const given = expect.any(String) as string;
    const seal = { position: 3, at: given, movedTo: to, handedTo: given };
    expect(JSON.parse(out)).toEqual({ from, to, source: logId, logId, commits: 3, fences: 0, seal });
  });

  test('refuses a place where a log is, one that is being filled from elsewhere, and a log for itself', async () => {
    const [files, other] = [await shopFiles(), await shopFiles()];
    const refused = [
      { words: [files.log, other.log], says: /invalid-options: There is a log of 3 commits at/ },
      { words: [files.log, files.log, '--move'], says: /invalid-options: .* cannot be copied onto itself/ },
    ];
    for (const { words, says } of refused) {
      const { code, err } = await varve(['log', 'copy', ...words]);
      expect([code, err]).toEqual([1, expect.stringMatching(says)]);
    }
    await expect(withLog(files.log, (log) => charge(log, 'order-9'))).resolves.toBeUndefined();
    const missing = await varve(['log', 'copy', `${files.log}.none`, `${files.log}.new`]);
    expect([missing.code, existsSync(`${files.log}.new`)]).toEqual([1, false]);
  });

  test.each([
    ['mongodb://user:secret@db.example', /mongodb:\/\/\*\*\*@db\.example names no database/],
    ['postgres://user:secret@db.example/shop', /postgres:\/\/\*\*\*@db\.example\/shop is neither a file nor/],
  ])('names what it cannot use without the password: %s', async (name, message) => {
    for (const words of [
      ['log', 'copy', name, 'new.db'],
      ['--log', name, 'log', 'tail'],
    ]) {
      const { code, err } = await varve(words);
      expect([code, err]).toEqual([2, expect.stringMatching(message)]);
      expect(err).not.toContain('secret');
    }
  });

  test('says which package is missing for a log in MongoDB', async () => {
    const hooks =
      "data:text/javascript,import{registerHooks}from'node:module';registerHooks({resolve(s,c,n){if(s==='mongodb')throw Object.assign(new Error('Cannot find package'),{code:'ERR_MODULE_NOT_FOUND'});return n(s,c)}})";
    const child = startChild(bin, ['--log', 'mongodb://127.0.0.1/shop', 'log', 'tail'], {
      nodeArguments: ['--import', hooks],
    });
    expect(await child.exited).toEqual({ code: 1, signal: null });
    expect(child.stderr).toMatch(/invalid-options: .*npm i mongodb/);
  });

  test('stopped by Ctrl-C ends with 130, keeps what was copied, and is gone on with by the same command', async () => {
    const files = await largeLog(3_000);
    const child = startChild(bin, ['log', 'copy', files.log, copyOf(files).log]);
    await child.heard((line): line is string => isText(line) && /^copying [1-9]/.test(line), 'some progress');
    child.signal('SIGINT');
    expect((await child.exited).code).toBe(130);
    expect(child.stderr).toMatch(/Interrupted: [\d,]+ commits are copied\. Run the same command again/);
    const unfinished = await varve(['--log', copyOf(files).log, 'doctor']);
    expect([unfinished.code, unfinished.out]).toEqual([
      3,
      expect.stringMatching(/being copied from .*not whole yet/),
    ]);
    expect((await copy(files)).code).toBe(0);
    await equalLogs(files.log, copyOf(files).log);
  });
});

describe('log copy --move', () => {
  test('leaves a log that can only be read behind, says so everywhere, and does nothing the second time', async () => {
    const files = await shopFiles();
    const logId = await idOf(files.log);
    const { code, out } = await copy(files, '--move');
    const to = copyOf(files).log;
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^Log .* is moved from .*: 3 commits.*\nThe old log is sealed and can only be read\./m,
      ),
    ]);
    expect(await idOf(to)).toBe(logId);
    await equalLogs(files.log, to);
    const late = withLog(files.log, (log) => charge(log, 'order-1'));
    await expect(late).rejects.toMatchObject({ code: 'log-sealed', movedTo: to });
    expect((await varve(['--log', files.log, 'log', 'tail'])).out).toContain('order-1');
    const examined = await varve(['--log', files.log, 'doctor']);
    expect(examined.out).toContain(`it was moved to ${to}`);
    expect(examined.out).toMatch(/^! seal: The log .* was sealed at .*, at position 3/m);
    expect(await copy(files, '--move')).toMatchObject({
      code: 0,
      out: expect.stringContaining('was moved before') as string,
    });
    const elsewhere = await varve(['log', 'copy', files.log, `${files.log}.other`, '--move']);
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining(`was moved to ${to}`)]);
    expect(existsSync(`${files.log}.other`)).toBe(false);
  });

  test('that is not finished is told by doctor, with what finishes it', async () => {
    const files = await shopFiles();
    const to = copyOf(files).log;
    await withLog(files.log, (log) => log.seal({ movedTo: to }));
    const { out } = await varve(['--log', files.log, 'doctor']);
    expect(out).toContain(
      `it is being moved to ${to}. Here it can only be read. Finish the move with the same`,
    );
    expect((await copy(files, '--move')).code).toBe(0);
    expect((await varve(['--log', files.log, 'doctor'])).out).toContain('Point every app at its new place.');
  });

  test('is refused once it was done and what it has made is gone, and begins nothing in its place', async () => {
    const files = await shopFiles();
    await copy(files, '--move');
    const to = copyOf(files).log;
    rmSync(to);
    const { code, err } = await copy(files, '--move');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^invalid-options: The log .* was moved to .* and goes on there.*its backup/),
    ]);
    expect(err).not.toContain('same command');
    expect(existsSync(to)).toBe(false);
  });

  test('takes the projections along: they go on where they are, and apply nothing twice', async () => {
    const files = await shopFiles();
    await copy(files, '--move');
    const moved = copyOf(files);
    await withLog(moved.log, (log) => charge(log, 'order-2', 'order-3'));
    const seen: string[] = [];
    await project(moved, {}, seen);
    expect(seen).toEqual(['order-2', 'order-3']);
    const rows = await withReadModels(files.readModels, (readModels) =>
      readModels.query('totals', (q) => q.all('SELECT id, cents FROM {totals} ORDER BY id')),
    );
    expect(rows).toEqual([
      { id: 'order-1', cents: 2 },
      { id: 'order-2', cents: 2 },
      { id: 'order-3', cents: 1 },
    ]);
    const { code, out } = await varve(['--log', moved.log, '--read-models', moved.readModels, 'doctor']);
    expect([code, out]).toEqual([0, expect.stringContaining('✓ totals@1: live, at position 5')]);
    expect((await varve(['--log', moved.log, 'log', 'consumers'])).out).toContain(files.readModels);
  });

  test('a copy with an id of its own is refused by the projections of the first one', async () => {
    const files = await shopFiles();
    await copy(files);
    const copied = copyOf(files);
    await withLog(copied.log, (log) => charge(log, 'order-3'));
    const seen: string[] = [];
    await project(copied, {}, seen);
    expect(seen).toEqual([]);
    const { code, out } = await varve(['--log', copied.log, '--read-models', copied.readModels, 'doctor']);
    expect([code, out]).toEqual([3, expect.stringMatching(/✗ totals@1: comes from log/)]);
  });

  test.each(['copying 2', 'sealing', 'verifying', 'releasing'])(
    'killed with kill -9 at "%s" is finished by the same command, and loses nothing',
    async (moment) => {
      const files = await largeLog(2_000);
      const child = startChild(bin, ['log', 'copy', files.log, copyOf(files).log, '--move']);
      await child.heard((line): line is string => isText(line) && line.startsWith(moment), moment);
      await child.kill();
      const { code, out } = await copy(files, '--move');
      expect(code).toBe(0);
      expect(out).toMatch(/(is moved|was moved before) from .*: 2,000 commits and 3 fences/);
      await equalLogs(files.log, copyOf(files).log);
      expect(await idOf(copyOf(files).log)).toBe(await idOf(files.log));
    },
  );

  test('shows one line that is rewritten on a terminal', async () => {
    const files = await largeLog(1_200);
    const { rewritten } = await varve(['log', 'copy', files.log, copyOf(files).log, '--move'], {
      columns: 80,
    });
    expect(rewritten[0]).toMatch(/^\[\.+\] checking 0% \(0 of 1,200\)$/);
    expect(rewritten.some((line) => /^\[#+\.+\] copying 41% \(500 of 1,200\)$/.test(line))).toBe(true);
    expect(rewritten.at(-1)).toBe('');
  });
});
