import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { copyLog, type CopyProgress, type Position, type StoredLog } from '@varve/eventstore';
import { contentOf, fill, noted, open, use } from './logs.js';

/** From which positions a log is read. */
function watchReads(log: StoredLog): Position[] {
  const positions: Position[] = [];
  const readStored = log.readStored.bind(log);
  log.readStored = (after) => {
    positions.push(after);
    return readStored(after);
  };
  return positions;
}

test('While writers wait, a move reads nothing that it has compared before but the commit in front', async () => {
  const source = await open('old.db');
  await use(source);
  const target = await fill('new.db', source);
  const reads = [watchReads(source), watchReads(target)];
  const [phases, before]: [string[], number[]] = [[], []];
  const onProgress = ({ phase }: CopyProgress): void => {
    if (phases.at(-1) !== phase) phases.push(phase);
    if (phase === 'sealing') before.push(...reads.map(({ length }) => length));
  };
  const seal = source.seal.bind(source);
  source.seal = async (options) => {
    if (options?.handedTo === undefined)
      for (let n = 0; n < 3; n++) await source.append('note-1', 'any', noted(n));
    return seal(options);
  };
  const { commits } = await copyLog(source, target, { as: 'move', onProgress });
  expect(commits).toBe(1_203);
  expect(phases.slice(-5)).toEqual(['verifying', 'sealing', 'copying', 'verifying', 'releasing']);
  const behindTheSeal = reads.map((positions, i) => positions.slice(before[i]));
  expect(behindTheSeal).toEqual([[1_200, 1_199], [1_199]]);
  expect(await contentOf(await open('new.db'))).toEqual(await contentOf(source));
});

test('A move has copied the fences before writers wait, and takes along those that come later', async () => {
  const source = await open('old.db');
  await use(source, 40);
  const target = await fill('new.db', source);
  const early: string[] = [];
  const seal = source.seal.bind(source);
  source.seal = async (options) => {
    for await (const page of target.readFences()) early.push(...page.map(({ commitId }) => commitId));
    if (options?.handedTo === undefined) await source.fence('later');
    return seal(options);
  };
  const { fences } = await copyLog(source, target, { as: 'move' });
  expect([early.slice(0, 2), fences]).toEqual([['late-1', 'late-2'], 3]);
  expect(await (await open('new.db')).findCommit('later')).toEqual({ outcome: 'fenced' });
});

for (const [which, name] of [
  ['the copy', 'new.db'],
  ['the log', 'old.db'],
] as const) {
  test(`A move is not finished when ${which} was replaced after it was compared`, async () => {
    const source = await open('old.db');
    await use(source, 30);
    const target = await fill('new.db', source);
    const onProgress = ({ phase }: CopyProgress): void => {
      if (phase !== 'sealing') return;
      const tool = new Database((name === 'new.db' ? target : source).location);
      tool.exec('UPDATE commits SET at = at + 1 WHERE position = 30');
      tool.close();
    };
    const moving = copyLog(source, target, { as: 'move', onProgress });
    await expect(moving).rejects.toMatchObject({ code: 'log-diverged' });
    await target.close();
    await expect(open('new.db')).rejects.toMatchObject({ code: 'log-incomplete' });
  });
}
