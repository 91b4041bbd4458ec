import { dirname } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { describe, expect, test } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { until } from '../../../../test/support/until.js';
import { appOf, shop } from './bus-shop.js';
import { varve } from './command.js';
import { charge, filesIn, flags, shopApp, totals, withLog, withReadModels, type Files } from './shop.js';

const CHILD = new URL('./shop.child.ts', import.meta.url);
/** As in the child. */
const LEASE = 300;

/** A projector in a process of its own, which has applied everything. */
async function idleProjector(files: Files) {
  await withLog(files.log, (log) => charge(log, 'order-1'));
  const child = startChild(CHILD, [dirname(files.log)], { env: { SHOP: '{"run":true}' } });
  await child.heard((message): message is string => message === 'running');
  await withReadModels(files.readModels, (readModels) =>
    until(async () => {
      const rows = await readModels.listProcessors();
      return rows.filter(({ checkpoint, lease }) => checkpoint.position > 0 && lease.owner).length === 2;
    }),
  );
  return child;
}

/** As a rebuild does that was killed before its first step. */
async function takeForRebuild(readModels: SqliteReadModels): Promise<void> {
  const [live] = await readModels.listVersions('totals');
  const { logId } = live!.checkpoint;
  await readModels.createVersion(totals({ version: 2 }), logId, 'next');
  await readModels.ensureRow('totals@2', logId);
  const row = await readModels.readLease('totals@2');
  await readModels.acquire('totals@2', 'a rebuild', row!);
}

const ofApp = (files: Files, leaseDuration = LEASE) =>
  varve('doctor', { app: shopApp(files, { leaseDuration }) });
const onFiles = (files: Files) => varve([...flags(files), 'doctor']);

describe('doctor looks at the leases of a projector that', () => {
  test('was killed, and says that nobody renews them, until another one has taken over', async () => {
    const files = filesIn();
    await (await idleProjector(files)).kill();
    await withReadModels(files.readModels, takeForRebuild);
    const [app, named] = await Promise.all([ofApp(files), onFiles(files)]);
    expect([app.code, named.code]).toEqual([0, 0]);
    expect(app.out).toContain(
      '! totals@1: live, at position 1, but for 5 s nobody has renewed its lease: the instance was killed, hangs, or cannot reach the log\n' +
        '  Start a projector: it takes over',
    );
    expect(app.out).toContain('! reactor/mail: working, at position 1, but for 5 s nobody');
    expect(app.out).toMatch(/! totals@2: building, [^]*, or "varve projections rebuild totals" again: it/);
    expect(named.out).toMatch(
      /! totals@1: .*for 5 s nobody .*\. With a leaseDuration above 15 s that says nothing/,
    );
    const next = await idleProjector(files);
    expect((await ofApp(files)).out).toContain('✓ totals@1: live, at position 2');
    await next.kill();
  }, 60_000);

  test('is idle, and finds nothing wrong, however long they last', async () => {
    const files = filesIn();
    const projector = await idleProjector(files);
    for (const { code, out } of [await ofApp(files), await ofApp(files, 60_000), await onFiles(files)]) {
      expect([code, out]).toEqual([0, expect.stringContaining('✓ totals@1: live, at position 1')]);
      expect(out).not.toContain('!');
    }
    await projector.kill();
  });

  test('is paused, or was stopped, and does not wait for them', async () => {
    const files = filesIn();
    const projector = await idleProjector(files);
    await varve([...flags(files), 'projections', 'pause', 'totals']);
    await varve([...flags(files), 'projections', 'pause', 'mail']);
    await projector.kill();
    const { out } = await ofApp(files, 3_600_000);
    expect(out).toContain('! totals@1: paused: "varve projections resume totals" goes on');
    expect(out).not.toContain('lease');
    for (const name of ['totals', 'mail']) await varve([...flags(files), 'projections', 'resume', name]);
    expect((await ofApp(files, 3_600_000)).out).toContain('✓ totals@1: live, at position 1');
  });
});

/** As an instance leaves it that was killed. */
async function takeRelay(log: string): Promise<void> {
  const store = await SqlitePublicationStore.open({ file: publicationFileOf(log) });
  await withLog(log, ({ logId }) => store.ensureRow('relay', logId));
  await store.acquire('relay', 'elsewhere:1', (await store.readLease('relay'))!);
  await store.close();
}

test('doctor says of a relay whose instance was killed that nobody renews its lease, until another one has taken over', async () => {
  const { app, broker, log } = shop();
  await withLog(log, (store) => charge(store, 'order-1'));
  await takeRelay(log);
  const { code, out } = await varve('doctor', { app });
  expect(code).toBe(0);
  expect(out).toContain(
    '! publication on default: at position 0 of 1, but for 0.3 s nobody has renewed its lease: the instance was killed, hangs, or cannot reach the log\n' +
      '  Start an instance: it takes over',
  );
  const next = await NestFactory.createApplicationContext(await appOf({ broker, log })(), { logger: false });
  await until(async () =>
    (await varve('doctor', { app })).out.includes('✓ publication on default: at position 1 of 1'),
  );
  await next.close();
});
