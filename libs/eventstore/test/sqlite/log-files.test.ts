import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { LogFiles } from '../../src/sqlite/connection/log-files.js';

let file: string;
let now: number;
let looked: string[];
const size = (): number => 0;
const clock = (): number => now;
const look = (path: string): Stats | undefined => {
  looked.push(path);
  return statSync(path, { throwIfNoEntry: false });
};

beforeEach(() => {
  const folder = join(temporaryFolder(), 'data');
  mkdirSync(folder);
  file = join(folder, 'log.db');
  for (const suffix of ['', '-wal', '-shm']) writeFileSync(file + suffix, 'as it was');
  now = 0;
  looked = [];
});

/** Seen often enough, over a time that is long enough. */
async function settled(files: LogFiles): Promise<LogFiles> {
  files.remember();
  expect(files.whatHappened(size)).toBeUndefined();
  now += 5_000;
  expect(files.whatHappened(size)).toBeUndefined();
  await clockHasTicked();
  looked = [];
  return files;
}

/** A change from now on gets another time than the last one, as it does when the time that the injected clock tells has really passed. */
async function clockHasTicked(): Promise<void> {
  const before = statSync(dirname(file)).ctimeMs;
  let probes = 0;
  await until(() => {
    const probe = join(temporaryFolder(), String(probes++));
    mkdirSync(probe);
    return statSync(probe).ctimeMs > before;
  });
}

describe('the look at the files of a log', () => {
  test('does not touch the journals while nothing happens in their folder', async () => {
    const files = await settled(new LogFiles(file, clock, look));
    expect(files.whatHappened(size)).toBeUndefined();
    expect(looked).toEqual([file, dirname(file)]);
  });

  test.each(['-wal', '-shm'])('notices that "%s" is gone, each time that it is asked', async (suffix) => {
    const files = await settled(new LogFiles(file, clock, look));
    rmSync(file + suffix);
    expect(files.whatHappened(size)).toBe('journal-deleted');
    now += 5_000;
    expect(files.whatHappened(size)).toBe('journal-deleted');
    expect(files.whatHappened(size)).toBe('journal-deleted');
  });

  test.each(['-wal', '-shm'])('notices that "%s" is another file', async (suffix) => {
    const files = await settled(new LogFiles(file, clock, look));
    writeFileSync(`${file}.other`, 'another');
    renameSync(`${file}.other`, file + suffix);
    expect(files.whatHappened(size)).toBe('journal-replaced');
  });

  test('goes on when something else has happened in the folder', async () => {
    const files = await settled(new LogFiles(file, clock, look));
    writeFileSync(`${file}.backup`, 'a copy');
    expect(files.whatHappened(size)).toBeUndefined();
    rmSync(`${file}-wal`);
    expect(files.whatHappened(size)).toBe('journal-deleted');
  });

  test('does not trust the time of the folder before it is old enough to differ from the next', () => {
    const files = new LogFiles(file, clock, look);
    files.remember();
    for (now of [0, 20, 40]) expect(files.whatHappened(size)).toBeUndefined();
    looked = [];
    expect(files.whatHappened(size)).toBeUndefined();
    expect(looked).toContain(`${file}-wal`);
  });

  test('takes longer to trust it where times are whole seconds', () => {
    const inSeconds = (path: string): Stats | undefined => {
      const stats = look(path);
      if (stats) stats.ctimeMs = 1_000;
      return stats;
    };
    const files = new LogFiles(file, clock, inSeconds);
    files.remember();
    for (now of [0, 100, 2_900]) expect(files.whatHappened(size)).toBeUndefined();
    rmSync(`${file}-wal`);
    expect(files.whatHappened(size)).toBe('journal-deleted');
  });

  test('notices it when the whole folder is put aside for a copy', async () => {
    const files = await settled(new LogFiles(file, clock, look));
    renameSync(dirname(file), `${dirname(file)}.aside`);
    expect(files.whatHappened(size)).toBe('deleted');
    mkdirSync(dirname(file));
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(file + suffix, 'as it was');
    expect(files.whatHappened(size)).toBe('replaced');
  });

  test('looks beside the file itself where the log was opened by a link', async () => {
    const link = join(temporaryFolder(), 'linked.db');
    symlinkSync(file, link);
    const files = await settled(new LogFiles(link, clock, look));
    rmSync(`${file}-wal`);
    expect(files.whatHappened(size)).toBe('journal-deleted');
    rmSync(link);
    expect(files.whatHappened(size)).toBe('deleted');
  });
});
