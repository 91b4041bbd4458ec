import { Projector } from '@varve/projections';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { expect, test } from 'vitest';
import { startChild, type Child } from '../support/children.js';
import { until } from '../support/until.js';
import { accounts, foldOf, rowsOf } from './support/accounts.js';
import { filesIn, openLog, openReadModels, type Files } from './support/files.js';
import { chanceFor, rounds, timeFor } from './support/rounds.js';
import { fill, Traffic } from './support/traffic.js';

const KILLS = Math.max(3, Math.floor(rounds / 10));
const COMMITS = 4_000;

type Told = Readonly<Record<string, unknown>>;

const telling =
  (key: string, value?: unknown) =>
  (message: unknown): message is Told => {
    const found = (message as Told | undefined)?.[key];
    return value === undefined ? found !== undefined : found === value;
  };

function startProjector(files: Files): Child {
  const orders = { ...files, owner: 'projector', leaseDuration: 5_000 };
  return startChild(new URL('./projector.child.ts', import.meta.url), [JSON.stringify(orders)]);
}

function startReader({ readModelsFile }: Files): Child {
  return startChild(new URL('./reader.child.ts', import.meta.url), [readModelsFile]);
}

function startRebuild({ logFile, readModelsFile }: Files, dieAt = 'never'): Child {
  return startChild(new URL('./rebuild.child.ts', import.meta.url), [logFile, readModelsFile, '2', dieAt]);
}

async function built(readModels: SqliteReadModels): Promise<number> {
  const version = (await readModels.listVersions()).find(({ state }) => state === 'building');
  return version?.checkpoint.position ?? 0;
}

test(
  'a rebuild killed with kill -9 under traffic goes on where it was when it is run again; readers elsewhere see the old rows or the new ones',
  async () => {
    const chance = chanceFor('killed rebuild');
    const files = filesIn();
    const [log, readModels] = [await openLog(files.logFile), await openReadModels(files.readModelsFile)];
    await fill(log, COMMITS);
    const projector = startProjector(files);
    await until(async () => ((await readModels.load('accounts@1'))?.position ?? 0) >= COMMITS);
    const reader = startReader(files);
    await reader.heard(telling('release', 1), 'the first release');
    const traffic = new Traffic(log, 'shop', 1);

    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = await built(readModels);
      const dieAt = Math.max(before + 1, Math.floor((COMMITS * (kill + chance())) / KILLS));
      const { signal } = await startRebuild(files, String(dieAt)).exited;
      expect(signal).toBe('SIGKILL');
      expect(await built(readModels)).toBeGreaterThanOrEqual(before);
    }
    const left = await built(readModels);
    expect(left).toBeGreaterThan(0);
    const last = startRebuild(files);
    expect(await last.heard(telling('from'), 'progress')).toMatchObject({ from: left });
    // The more kills, the more traffic there was meanwhile that it has to catch up with.
    expect(await last.heard(telling('result'), 'a result', timeFor(KILLS))).toMatchObject({
      result: { outcome: 'switched' },
    });
    expect(await last.exited).toEqual({ code: 0, signal: null });
    await reader.heard(telling('release', 2), 'the second release');
    await traffic.stop();
    reader.say('stop');
    expect(await reader.heard(telling('looks'), 'what it saw')).toMatchObject({
      halves: 0,
      backwards: 0,
      seen: [1, 2],
    });

    await new Projector({ log, readModels, projections: [accounts({ release: 2 })] }).runUntilCaughtUp();
    expect(await rowsOf(readModels)).toEqual(await foldOf(log, 2));
    expect((await readModels.listVersions()).filter(({ live }) => live)).toMatchObject([
      { version: 2, generation: 1 },
    ]);
    projector.signal('SIGTERM');
    expect(await projector.exited).toEqual({ code: 0, signal: null });
  },
  timeFor(rounds),
);
