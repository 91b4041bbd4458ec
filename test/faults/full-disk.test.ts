import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '@varve/eventstore';
import { Projector } from '@varve/projections';
import { describe, expect, test } from 'vitest';
import { wholeBetween } from '../support/seeded-random.ts';
import { startChild, type Child } from '../support/children.js';
import { until } from '../support/until.js';
import { accounts, foldOf, rowsOf } from './support/accounts.js';
import { filesIn, openLog, openReadModels } from './support/files.js';
import { chanceFor, rounds, timeFor } from './support/rounds.js';
import { canMount, SmallDisk } from './support/small-disk.js';
import { Traffic } from './support/traffic.js';
import { commitOf } from './support/writer-commits.js';

/** Bounded: the log grows in between, and must not fill the disk by itself. */
const OUTAGES = Math.min(12, Math.max(3, Math.floor(rounds / 10)));
const CALLERS = 8;

interface Told {
  readonly n: number;
  readonly position?: number;
  readonly refused?: string;
  readonly written?: 'not-written' | 'unknown';
  readonly found?: 'committed' | 'absent';
}

const toldBy = (writer: Child): Told[] => writer.messages as Told[];
const acknowledged = (writer: Child) => toldBy(writer).filter(({ position }) => position !== undefined);
const refused = (writer: Child) => toldBy(writer).filter(({ refused }) => refused !== undefined);

/** Every refusal, with what the log said of the same commit once there was room. */
function expectRightRefusals(writer: Child): void {
  const told = toldBy(writer);
  for (const [index, { n, refused, written }] of told.entries()) {
    if (refused === undefined) continue;
    expect(refused).toBe('store-unavailable');
    const { found } = told.slice(index + 1).find((later) => later.n === n && later.found !== undefined) ?? {};
    expect(written === 'not-written' ? ['absent'] : ['absent', 'committed']).toContain(found);
  }
}

async function commitsOf(log: Awaited<ReturnType<typeof openLog>>): Promise<Commit[]> {
  const found: Commit[] = [];
  for await (const { commits } of log.readAll(0)) found.push(...commits);
  return found;
}

describe.skipIf(!canMount)('on a disk that is full again and again', () => {
  test(
    'a log loses no acknowledged commit, has no hole, tells nobody the wrong outcome, and goes on when there is room',
    async () => {
      const chance = chanceFor('full disk');
      const disk = new SmallDisk();
      const { logFile } = filesIn(disk.folder);
      const log = await openLog(logFile);
      const writer = startChild(new URL('./patient-writer.child.ts', import.meta.url), [logFile]);
      for (let outage = 1; outage <= OUTAGES; outage += 1) {
        const more = writer.messages.length + wholeBetween(chance, 1, 400);
        await until(() => writer.messages.length >= more, { what: `${more} messages` });
        disk.fill();
        const refusals = outage * CALLERS;
        await until(() => refused(writer).length === refusals, { what: `${refusals} refusals` });
        disk.makeRoom();
        writer.say('room');
      }
      const enough = writer.messages.length + 100;
      await until(() => writer.messages.length >= enough);
      writer.say('stop');
      expect(await writer.exited, writer.stderr).toEqual({ code: 0, signal: null });

      expectRightRefusals(writer);
      const commits = await commitsOf(log);
      expect((await log.verify()).problems).toEqual([]);
      expect(commits.map(({ position }) => position)).toEqual(commits.map((_, index) => index + 1));
      const inLog = commits.map(({ position, commitId }) => `${commitId ?? ''} at ${position}`).toSorted();
      const told = acknowledged(writer).map(
        ({ n, position }) => `${commitOf('patient', n).commitId} at ${position ?? 0}`,
      );
      expect(inLog).toEqual(told.toSorted());
    },
    timeFor(OUTAGES),
  );

  test(
    'read models say that they are unavailable, keep rows and checkpoint together, and catch up when there is room',
    async () => {
      const disk = new SmallDisk();
      const { logFile } = filesIn();
      const { readModelsFile } = filesIn(disk.folder);
      const [log, readModels] = [await openLog(logFile), await openReadModels(readModelsFile)];
      const orders = { logFile, readModelsFile, owner: 'projector', leaseDuration: 5_000 };
      const projector = startChild(new URL('./projector.child.ts', import.meta.url), [
        JSON.stringify(orders),
      ]);
      const unavailable = () =>
        projector.messages.filter((message) => (message as { kind?: string }).kind === 'unavailable').length;
      const position = async () => (await readModels.load('accounts@1'))?.position ?? 0;
      for (let outage = 0; outage < OUTAGES; outage += 1) {
        const before = unavailable();
        const traffic = new Traffic(log, `shop ${outage}`, 1);
        const from = await position();
        await until(async () => (await position()) > from);
        disk.fill();
        await until(() => unavailable() > before, { what: 'an outage' });
        disk.makeRoom();
        const head = await traffic.stop();
        await until(async () => (await position()) === head, { what: `position ${head}` });
        expect(await rowsOf(readModels)).toEqual(await foldOf(log));
      }
      projector.signal('SIGTERM');
      expect(await projector.exited, projector.stderr).toEqual({ code: 0, signal: null });
    },
    timeFor(OUTAGES),
  );
});

test.skipIf(!canMount)('a backup that has no room for itself says so of itself, not of the log', async () => {
  const log = await openLog(filesIn().logFile);
  await log.append('account-1', 'any', commitOf('shop', 1).events);
  const disk = new SmallDisk(1);
  disk.fill();
  const target = join(disk.folder, 'copy.db');
  await expect(log.backup(target)).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining(`The backup ${target} cannot grow: the disk is full`),
  });
  expect(existsSync(`${target}.partial`)).toBe(false);
  await log.append('account-1', 'any', commitOf('shop', 2).events);
});

test('read models that reach their page limit in a batch keep rows and checkpoint together, and go on when there is room', async () => {
  const files = filesIn();
  const [log, readModels] = [await openLog(files.logFile), await openReadModels(files.readModelsFile)];
  const long = 'x'.repeat(200);
  for (let n = 0; n < 600; n += 1) await log.append(`account-${long}${n}`, 'any', commitOf('shop', n).events);
  const kinds: string[] = [];
  const projector = new Projector({
    log,
    readModels,
    projections: [accounts()],
    batch: { initial: 40, max: 40 },
    onEvent: ({ kind }) => kinds.push(kind),
  });
  const leavePages = (left: number) =>
    readModels.transaction('accounts@1', ({ database }) => {
      const pages = database.pragma('page_count', { simple: true }) as number;
      database.pragma(`max_page_count = ${pages + left}`);
    });
  await leavePages(30);
  await projector.start();
  await until(() => kinds.includes('unavailable'), { what: 'an outage' });
  const { position = 0 } = (await readModels.load('accounts@1')) ?? {};
  expect(position).toBeGreaterThan(0);
  expect(position).toBeLessThan(600);
  expect((await rowsOf(readModels)).accounts).toHaveLength(position);
  await leavePages(1_000_000);
  expect(await projector.waitFor(600, 'accounts')).toMatchObject({ reached: true });
  await projector.stop();
  expect(await rowsOf(readModels)).toEqual(await foldOf(log));
});
