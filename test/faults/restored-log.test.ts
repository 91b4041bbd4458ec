import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AggregateNotice } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { expect, test } from 'vitest';
import { startChild, type Child } from '../support/children.js';
import { temporaryFolder } from '../support/temp-dir.js';
import { until } from '../support/until.js';
import { accountsIn } from './support/account.js';
import { foldOf, rowsOf } from './support/accounts.js';
import { filesIn, openLog, openReadModels, type Files } from './support/files.js';

const CLI = new URL('../../libs/projections/bin/varve.js', import.meta.url);

type Told = Readonly<Record<string, unknown>>;

const telling =
  (kind: string) =>
  (message: unknown): message is Told =>
    (message as Told | undefined)?.['kind'] === kind;

function startProjector(files: Files): Child {
  const orders = { ...files, owner: 'projector', leaseDuration: 300 };
  return startChild(new URL('./projector.child.ts', import.meta.url), [JSON.stringify(orders)]);
}

async function varve({ logFile, readModelsFile }: Files, ...command: readonly string[]): Promise<unknown> {
  const child = startChild(CLI, ['--log', logFile, '--read-models', readModelsFile, ...command]);
  const { code } = await child.exited;
  expect(code, child.stderr).toBe(0);
  return child.messages[0];
}

function putBack(backup: string, logFile: string): void {
  renameSync(backup, logFile);
  for (const suffix of ['-wal', '-shm']) rmSync(logFile + suffix, { force: true });
}

test('a log restored from an older copy is noticed by a live projector, a later one and a snapshot; a new id and a rebuild mend it', async () => {
  const files = filesIn();
  const snapshots = await SqliteEventStore.open({ file: join(temporaryFolder(), 'snapshots.db') });
  const readModels = await openReadModels(files.readModelsFile);
  const before = await SqliteEventStore.open({ file: files.logFile });
  const notices: AggregateNotice[] = [];
  const charge = async (log: SqliteEventStore, cents: number, times: number): Promise<void> => {
    const accounts = accountsIn(log, snapshots, notices);
    for (let n = 0; n < times; n += 1) await accounts.execute('1', (account) => account.charge(cents));
    await accounts.idle();
  };
  await charge(before, 1, 10);
  const backup = `${files.logFile}.backup`;
  await before.backup(backup);
  await charge(before, 10, 10);
  const live = startProjector(files);
  const position = async (id = 'accounts@1') => (await readModels.load(id))?.position ?? 0;
  await until(async () => (await position()) === 20);
  const rows = await rowsOf(readModels);
  expect(rows).toEqual(await foldOf(before));
  await before.close();

  putBack(backup, files.logFile);
  expect(await live.heard(telling('stopped'), 'that it has stopped')).toMatchObject({
    error: { code: 'log-diverged' },
  });
  await live.kill();
  const log = await openLog(files.logFile);
  await charge(log, 100, 15);
  expect(notices).toContainEqual(expect.objectContaining({ kind: 'snapshot-ignored' }));
  expect((await accountsIn(log, snapshots, notices).load('1')).cents).toBe(10 + 1_500);

  await expectStopped('the same id, other content');
  await log.close();
  const restored = (await varve(files, '--json', 'log', 'restored')) as { before: string; after: string };
  expect(restored.before).toBe(log.logId);
  expect(restored.after).not.toBe(log.logId);
  await expectStopped('another id');
  expect(await rowsOf(readModels)).toEqual(rows);

  const rebuild = startChild(new URL('./rebuild.child.ts', import.meta.url), [
    files.logFile,
    files.readModelsFile,
  ]);
  expect(await rebuild.exited, rebuild.stderr).toEqual({ code: 0, signal: null });
  const mended = await openLog(files.logFile);
  expect(await rowsOf(readModels)).toEqual(await foldOf(mended));
  startProjector(files);
  await charge(mended, 7, 1);
  await until(async () => (await position('accounts@1.2')) === 26);
  expect(await rowsOf(readModels)).toEqual(await foldOf(mended));
  await snapshots.close();

  async function expectStopped(what: string): Promise<void> {
    await varve(files, 'projections', 'resume', 'accounts');
    const later = startProjector(files);
    const stopped = await later.heard(telling('stopped'), 'that it has stopped');
    expect(stopped, what).toMatchObject({ error: { code: 'log-diverged' } });
    expect(await rowsOf(readModels), what).toEqual(rows);
    await later.kill();
  }
});
