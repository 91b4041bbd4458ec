import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild } from '../support/children.ts';
import { isAlive } from '../support/is-alive.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const MAIN = new URL('../e2e/demo/main.ts', import.meta.url);

/** The demo with both its services running, in a folder for temporary files that has nothing else. */
async function runningDemo() {
  const folder = temporaryFolder();
  const demo = startChild(MAIN, ['--count', '3000'], { env: { TMPDIR: folder } });
  const pids = (): number[] =>
    [...demo.messages.join('\n').matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
  await until(() => pids().length === 2, { what: 'both services', timeout: 60_000 });
  return { demo, folder, pids: pids() };
}

test('a demo that is ended by Ctrl-C leaves no process and no file, and ends with code 130', async () => {
  const { demo, folder, pids } = await runningDemo();
  demo.signal('SIGINT');
  expect(await demo.exited).toEqual({ code: 130, signal: null });
  await until(() => !pids.some(isAlive), { what: 'the end of both services' });
  expect(readdirSync(folder)).toEqual([]);
}, 90_000);

test('the services of a demo that is killed end by themselves', async () => {
  const { demo, pids } = await runningDemo();
  demo.signal('SIGKILL');
  await demo.exited;
  await until(() => !pids.some(isAlive), { what: 'the end of both services' });
}, 90_000);

test('a folder for temporary files that is not there is named', async () => {
  const folder = join(temporaryFolder(), 'nowhere');
  const demo = startChild(MAIN, [], { env: { TMPDIR: folder } });
  expect(await demo.exited).toEqual({ code: 1, signal: null });
  expect(demo.stderr).toBe(
    `The demo can make no folder in ${folder}: no such file or directory. Set TMPDIR to one that it can write to.\n`,
  );
});
