import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { describe, expect, test } from 'vitest';
import { anOrder } from './support/an-order.js';
import { logInAFile, readModelsInAFile, startProjectorOn } from './support/projector-app.js';

const READING = [
  '/orders',
  '/orders/o1',
  '/customers/maria/orders',
  '/revenue/daily',
  '/funnel',
  '/funnel?stream=order-o1&version=1',
];
const ROUTES = [...READING, '/orders?position=99&timeout=20', '/status', '/health', '/health/sources'];

type Fault = (file: string) => unknown;

/** With its journals, as by `mv orders.db* elsewhere/`. */
function moveAway(file: string): void {
  const own = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)));
  for (const name of own) renameSync(join(dirname(file), name), join(dirname(file), `away-${name}`));
}

async function replaceByAnother(file: string): Promise<void> {
  moveAway(file);
  const other = await SqliteEventStore.open({ file });
  await other.close();
}

/** The pages that are still in the journal, too. */
function overwrite(file: string): void {
  for (const each of [file, `${file}-wal`]) writeFileSync(each, 'Dear diary, '.repeat(20_000));
}

/** The app on files that hold one order, and what it answers once this has become of one of them. */
async function answersAfter(fault: Fault, of: 'log' | 'read models') {
  const { log, variables } = await logInAFile();
  const readModels = readModelsInAFile();
  const { get } = await startProjectorOn(log, { ...variables, ...readModels });
  expect(await get(`/orders/o1?position=${await anOrder('o1').appendTo(log)}`)).toMatchObject({
    status: 200,
  });
  await fault((of === 'log' ? variables['VARVE_LOG_FILE'] : readModels['VARVE_READ_MODELS_FILE'])!);
  const answers = new Map<string, string>();
  for (const path of ROUTES) {
    const { status, body } = await get(path);
    expect(JSON.stringify(status === 200 ? '' : (body['detail'] ?? ''))).not.toMatch(/\.db/);
    answers.set(path, [status, body['code']].filter(Boolean).join(' '));
  }
  return answers;
}

describe('While the log’s file', () => {
  test.each<[string, Fault]>([
    ['is moved away', moveAway],
    ['is another one', replaceByAnother],
  ])('%s, queries are answered, and how far they are is 503 with a code', async (_what, fault) => {
    const answers = await answersAfter(fault, 'log');
    expect(answers.get('/status')).toBe('503 log-diverged');
    expect(answers.get('/orders?position=99&timeout=20')).toBe('503 projection-behind');
    expect(answers.get('/health/sources')).toBe('503 service-unavailable');
    for (const path of READING) expect([path, answers.get(path)]).toEqual([path, '200']);
  });
});

describe('While the read models’ file', () => {
  test.each<[string, Fault, string]>([
    ['is moved away', moveAway, '503 read-models-diverged'],
    ['is damaged', overwrite, '503 store-incompatible'],
  ])('%s, every query is 503 with a code', async (_what, fault, answer) => {
    const answers = await answersAfter(fault, 'read models');
    expect(answers.get('/health/sources')).toBe('503 service-unavailable');
    for (const path of [...READING, '/status', '/health'])
      expect([path, answers.get(path)]).toEqual([path, answer]);
  });
});
