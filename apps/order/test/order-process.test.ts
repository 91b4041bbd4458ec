import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { startChild } from '../../../test/support/children.js';
import type { Child } from '../../../test/support/children.js';
import { temporaryFolder } from '../../../test/support/temp-dir.js';
import { until } from '../../../test/support/until.js';
import { sourceDirectory } from './support/source-files.js';

const MAIN = new URL('../dist/main.js', import.meta.url);
/** Nest and drivers take a second that nobody who has mistyped should wait for. */
const HEAVY_REFUSED = new URL('../../../test/support/refuse-heavy-modules.ts', import.meta.url).href;
const CLI = new URL('../dist/cli.js', import.meta.url);

/** @returns the port on which it listens */
function startServer(): Promise<number> {
  const logFile = join(temporaryFolder(), 'orders.db');
  const child = startChild(MAIN, [], { env: { VARVE_LOG_FILE: logFile, PORT: '0', NO_COLOR: '1' } });
  return until(() => portSaidBy(child), { what: 'the server to listen' });
}

function portSaidBy(child: Child): number | undefined {
  const lines = child.messages.filter((line) => typeof line === 'string');
  const port = lines
    .map((line) => /Listening on \S+:(\d+),/.exec(line)?.[1])
    .find((found) => found !== undefined);
  return port === undefined ? undefined : Number(port);
}

/** Whether the child has written this to standard error; an error when it never will. */
function said(child: Child, text: string): boolean {
  if (child.stderr.includes(text)) return true;
  if (child.process.exitCode !== null) throw new Error(`It ended without "${text}": ${child.stderr}`);
  return false;
}

it('ends with code 1 and a sentence for each variable that is wrong', async () => {
  const child = startChild(MAIN, [], { env: { VARVE_LOG_FILE: '', PORT: 'http' } });
  expect(await child.exited).toMatchObject({ code: 1 });
  expect(child.stderr).toBe(
    'The configuration is not valid:\n  VARVE_LOG_FILE is "": it must not be empty\n  PORT is "http": it must be a whole number\n',
  );
});

it('ends with code 1 and one sentence when its log cannot be opened, and with the stack only where VARVE_DEBUG is set', async () => {
  const env = { VARVE_LOG_FILE: join(temporaryFolder(), 'missing', 'orders.db'), PORT: '0', NO_COLOR: '1' };
  const child = startChild(MAIN, [], { env });
  expect(await child.exited).toMatchObject({ code: 1 });
  expect(child.stderr).toMatch(/^.*missing.*\.\n$/);
  const debugged = startChild(MAIN, [], { env: { ...env, VARVE_DEBUG: '1' } });
  expect(await debugged.exited).toMatchObject({ code: 1 });
  expect(debugged.stderr).toMatch(/missing.*\n\s+at /);
  const importing = startChild(CLI, ['import', 'nowhere', '--log', env.VARVE_LOG_FILE]);
  expect(await importing.exited).toMatchObject({ code: 1 });
  expect(importing.stderr).toMatch(/^.*nowhere.*\n$/);
});

it('ends with code 1 and one sentence when something else listens on its port', async () => {
  const port = await startServer();
  const env = { VARVE_LOG_FILE: join(temporaryFolder(), 'orders.db'), PORT: String(port), NO_COLOR: '1' };
  const child = startChild(MAIN, [], { env });
  expect(await child.exited).toMatchObject({ code: 1 });
  expect(child.stderr).toBe(
    `Cannot listen on 127.0.0.1:${port}: something else listens there. Stop it, or set PORT to another one.\n`,
  );
});

/** An import that stands still when it says so: however late it is killed, it is not finished. */
const STOPPED_NEAR_THE_END = `data:text/javascript,${encodeURIComponent(`
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text, ...rest) => {
    const isTaken = write(text, ...rest);
    if (text.includes(' 90 %')) process.kill(process.pid, 'SIGSTOP');
    return isTaken;
  };
`)}`;

it('an import that was killed with kill -9 is finished by the next one, and nothing is there twice', async () => {
  const orders = Array.from({ length: 1_000 }, (_, n) => ({
    id: `a${n}`,
    purchased: `1/${1 + (n % 28)}/2018 8:00`,
    approved: '3/1/2018 9:00',
    carrier: '3/2/2018 9:00',
    delivered: '3/3/2018 9:00',
  }));
  await using directory = await sourceDirectory({ orders });
  const logFile = join(temporaryFolder(), 'orders.db');
  const args = ['import', directory.path, '--log', logFile, '--json'];
  const killed = startChild(CLI, args, { nodeArguments: ['--import', STOPPED_NEAR_THE_END] });
  await until(() => said(killed, ' 10 %'), { what: 'a tenth to be imported' });
  await killed.kill();
  const second = startChild(CLI, args);
  expect(await second.exited).toEqual({ code: 0, signal: null });
  const report = second.messages[0] as { appended: number; repeated: number };
  expect(report.repeated).toBeGreaterThanOrEqual(400);
  expect(report.appended).toBeGreaterThan(0);
  expect(report.appended + report.repeated).toBe(4_000);
  const store = await SqliteEventStore.open({ file: logFile, readOnly: true });
  expect(await store.verify()).toMatchObject({ commits: 4_000, events: 4_000, streams: 1_000, problems: [] });
  await store.close();
});

it('an import takes only the first orders of the file, when it is told so', async () => {
  await using directory = await sourceDirectory({ orders: [{ id: 'a1' }, { id: 'a2' }, { id: 'a3' }] });
  const log = ['--log', join(temporaryFolder(), 'orders.db')];
  const child = startChild(CLI, ['import', directory.path, ...log, '--first', '2', '--json']);
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(child.messages[0]).toMatchObject({ orders: 2, refused: [] });
});

it('an import goes on when whoever read its progress has seen enough', async () => {
  const orders = Array.from({ length: 300 }, (_, n) => ({ id: `a${n}`, approved: '3/1/2018 9:00' }));
  await using directory = await sourceDirectory({ orders });
  const logFile = join(temporaryFolder(), 'orders.db');
  const child = startChild(CLI, ['import', directory.path, '--log', logFile]);
  child.process.stderr?.destroy();
  child.process.stdout?.destroy();
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const store = await SqliteEventStore.open({ file: logFile, readOnly: true });
  expect(await store.head()).toBe(600);
  await store.close();
});

it.each([['import'], ['import', 'a', 'b'], ['import', 'a', '--first', '0'], ['export', 'a'], []])(
  'ends with code 2 and says how it is used, at once, when its arguments make no sense: order %s %s %s',
  async (...words) => {
    const child = startChild(CLI, words, { nodeArguments: ['--import', HEAVY_REFUSED] });
    expect(await child.exited).toEqual({ code: 2, signal: null });
    expect(child.stderr).toMatch(/error: |Usage: order/);
  },
);

const olist = process.env['VARVE_OLIST_DIR'];

it.runIf(olist)(
  'imports the real orders: the rules refuse eleven steps of ten orders',
  async () => {
    const logFile = join(temporaryFolder(), 'orders.db');
    const child = startChild(CLI, ['import', olist ?? '', '--log', logFile, '--json']);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    const report = child.messages[0] as { refused: { orderId: string; step: string; rule: string }[] };
    expect(report).toMatchObject({ orders: 9_999, steps: 39_592, appended: 39_581, repeated: 0 });
    expect(
      Object.fromEntries(Map.groupBy(report.refused, ({ step, rule }) => `${step} ${rule}`)),
    ).toMatchObject({
      'cancel already-shipped': { length: 9 },
      'ship not-paid': { length: 1 },
      'deliver not-shipped': { length: 1 },
    });
  },
  120_000,
);
