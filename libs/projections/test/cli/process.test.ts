import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startChild, type Child } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { charge, filesIn, flags, project, shopFiles, withLog, withReadModels } from './shop.js';

const bin = fileURLToPath(new URL('../../bin/varve.js', import.meta.url));
const HEAVY_REFUSED = new URL('../../../../test/support/refuse-heavy-modules.ts', import.meta.url).href;
const shop = fileURLToPath(new URL('./shop.child.ts', import.meta.url));

/** A line of a shell, with `varve` for the command that is installed and `shop` for that of an app. */
async function shell(line: string, env: Record<string, string> = {}) {
  const script = `varve() { "${process.execPath}" "${bin}" "$@"; }; shop() { "${process.execPath}" "${shop}" "$@"; }; ${line}`;
  const run = promisify(execFile)('bash', ['-c', script], { env: { ...process.env, ...env } });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    },
  );
}

function shopProcess(folder: string, words: string, options: object = {}): Child {
  return startChild(shop, [folder, ...words.split(' ').filter(Boolean)], {
    env: { SHOP: JSON.stringify(options) },
  });
}

async function chargedFolder(orders: number): Promise<string> {
  const folder = temporaryFolder();
  const files = filesIn(folder);
  await withLog(files.log, (log) =>
    Promise.all(Array.from({ length: orders }, (_, i) => charge(log, `order-${i}`))),
  );
  await project(files);
  return folder;
}

test('the installed command gives its exit codes to the shell, answers on one stream and complaints on the other', async () => {
  const files = flags(await shopFiles()).join(' ');
  const listed = await shell(`varve ${files} projections list --json`);
  expect([listed.code, listed.stderr, (JSON.parse(listed.stdout) as unknown[]).length]).toEqual([0, '', 2]);
  const unknown = await shell(`varve ${files} projections status x`);
  expect([unknown.code, unknown.stdout]).toEqual([1, '']);
  expect((await shell('varve log tail')).code).toBe(2);
  expect((await shell(`varve ${files} projections wait totals --position 99 --timeout 10ms`)).code).toBe(4);
});

test('the exit code stays what it is when nobody reads the errors', async () => {
  const child = startChild(bin, ['frobnicate']);
  child.process.stderr?.destroy();
  expect(await child.exited).toEqual({ code: 2, signal: null });
});

test('help is quick: neither Nest nor a driver is loaded', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', HEAVY_REFUSED, bin, '--help']);
  expect(stdout).toContain('Usage: varve');
});

test('a reader that has seen enough closes the pipe, and that is no failure', async () => {
  const files = await shopFiles();
  await withLog(files.log, (log) =>
    Promise.all(Array.from({ length: 3_000 }, (_, i) => charge(log, `order-${i}`))),
  );
  const read = (words: string) => shell(`set -o pipefail; varve --log ${files.log} ${words} | head -n 2`);
  for (const words of ['log tail --from 1', 'log tail --from 1 --follow', 'streams list --limit 3000']) {
    const { code, stdout, stderr } = await read(words);
    expect([words, code, stdout.trim().split('\n').length, stderr]).toEqual([words, 0, 2, '']);
  }
});

test('an app that is booted for the command says its warnings on standard error, starts nothing and takes no lease', async () => {
  const folder = temporaryFolder();
  const files = filesIn(folder);
  await withLog(files.log, (log) => charge(log, 'order-1'));
  const listed = await shell(`shop ${folder} projections list --json`);
  expect([listed.code, JSON.parse(listed.stdout)]).toEqual([
    0,
    [expect.objectContaining({ name: 'mail' }), expect.objectContaining({ name: 'totals', code: 1 })],
  ]);
  expect(listed.stderr).toContain('a warning of the app');
  await shell(`shop ${folder} projections wait totals --timeout 300ms`);
  expect(existsSync(join(folder, 'mail.txt'))).toBe(false);
  expect(await withReadModels(files.readModels, (readModels) => readModels.listProcessors())).toEqual([]);
});

test('Ctrl-C in the middle of a rebuild ends it with 130 and keeps what was built; the same command goes on', async () => {
  const folder = await chargedFolder(900);
  // Longer than the first batch, after which there is progress to see.
  const first = shopProcess(folder, 'projections rebuild totals', { slow: 1 });
  await until(() => first.messages.some((line) => / [1-9]\d?% /.test(String(line))), {
    what: 'some progress',
  });
  first.signal('SIGINT');
  expect(await first.exited).toEqual({ code: 130, signal: null });
  const kept = /totals@1\.2 is built up to position (\d+)\. Run the same command again/.exec(
    String(first.messages.at(-1)),
  );
  expect(Number(kept?.[1])).toBeGreaterThan(0);
  const second = shopProcess(folder, 'projections rebuild totals --verify');
  expect(await second.exited).toEqual({ code: 0, signal: null });
  expect(second.messages.slice(-2)).toEqual([
    'Verified at position 900: all 900 rows are the same.',
    'totals@1.2 is live instead of totals@1, at position 900.',
  ]);
});

test('on a real terminal the progress of a rebuild is one line that is rewritten', async () => {
  const folder = await chargedFolder(60);
  const command = `stty cols 80; "${process.execPath}" "${shop}" ${folder} projections rebuild totals`;
  const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, SHOP: JSON.stringify({ slow: 5 }), SHELL: '/bin/bash' },
  });
  const rewritten = stdout.split('\r\u001b[2K').slice(1);
  expect(rewritten.length).toBeGreaterThan(2);
  expect(rewritten[0]).toMatch(/^\[[#.]+\] totals@1\.2 \d+% \(\d+ of 60\), [\d,]+ events\/s/);
  for (const line of rewritten.slice(0, -1)) expect(line.length).toBeLessThan(80);
  expect(rewritten.at(-1)?.trim()).toBe('totals@1.2 is live instead of totals@1, at position 60.');
});

test('a parked stream is retried while a projector runs, and a reactor replayed, by a command from outside', async () => {
  const folder = temporaryFolder();
  const files = filesIn(folder);
  await withLog(files.log, (log) => charge(log, 'order-1', 'order-2'));
  const running = shopProcess(folder, '', { run: true, broken: 'order-1' });
  await running.heard((message): message is string => message === 'running', 'that it runs');
  const parked = async () => (await shell(`varve ${flags(files).join(' ')} parked list --json`)).stdout;
  await until(async () => (await parked()).includes('order-1'), { what: 'the stream to be parked' });
  const shown = await shell(`varve ${flags(files).join(' ')} parked show totals order-1`);
  expect(shown.stdout).toMatch(/Error: .*out of\n {4}ink \\u\{1b\}\[31m/);
  await withLog(files.log, (log) => charge(log, 'order-1'));
  writeFileSync(join(folder, 'mended'), '');
  expect((await shell(`varve ${flags(files).join(' ')} parked retry totals order-1`)).code).toBe(0);
  await until(async () => (await parked()).trim() === '[]', { what: 'the stream to be resumed' });
  const mails = () => readFileSync(join(folder, 'mail.txt'), 'utf8').trim().split('\n');
  await until(() => mails().length === 3);
  expect((await shell(`shop ${folder} replay mail --from 3`)).code).toBe(2);
  expect((await shell(`shop ${folder} replay mail --from 3 --effects-again`)).code).toBe(0);
  await until(() => mails().length === 4, { what: 'the mail to be sent again' });
  expect(mails()).toEqual(['order-1', 'order-2', 'order-1', 'order-1']);
  running.signal('SIGTERM');
  expect(await running.exited).toEqual({ code: 0, signal: null });
});
