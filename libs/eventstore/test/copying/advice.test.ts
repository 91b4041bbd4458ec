import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { copyLog, type CopyLogOptions } from '@varve/eventstore';
import { writeFailedBecause } from '../../src/adapter/write-failed.js';
import { fill, open, use } from './logs.js';

test('Whoever copies a log is told to copy again, and not to ask for a commit, when the outcome of a write is unknown', async () => {
  const source = await open('old.db');
  await use(source, 30);
  const target = await fill('new.db', source);
  const cause = new Error('read ECONNRESET');
  target.put = () =>
    Promise.reject(writeFailedBecause('The log new.db lost the connection.', 'unknown', cause));
  await expect(copyLog(source, target, { as: 'move' })).rejects.toMatchObject({
    code: 'store-unavailable',
    written: 'unknown',
    cause,
    message:
      'The log new.db lost the connection. Whether it was written is unknown: copy again, which goes on from what is there.',
  });
});

test('A copy that is damaged is to be deleted, and its source is not blamed', async () => {
  const source = await open('old.db');
  await use(source, 30);
  const target = await fill('new.db', source);
  for await (const batch of source.readStored(0)) await target.put(batch);
  const tool = new Database(target.location);
  tool.exec(`UPDATE streams SET category = 'x' WHERE name = 'note-1'`);
  tool.close();
  await expect(copyLog(source, target, { as: 'move' })).rejects.toMatchObject({
    code: 'store-incompatible',
    message: expect.stringMatching(
      /^The copy .*new\.db is damaged: .*Delete it, and copy again\.$/,
    ) as string,
  });
  expect(await source.findSeal()).toBeUndefined();
});

test.each([
  ['as', { as: 'Move' }, '"as" of copyLog is "Move". Give "move" or "copy".'],
  ['move', { move: true }, '"move" of copyLog is unknown. Known are as, onProgress, signal.'],
])(
  'A misspelled %s copies nothing: a move was meant, and the source would not be sealed',
  async (option, options, message) => {
    const source = await open('old.db');
    await use(source, 3);
    const target = await fill('new.db', source);
    await expect(copyLog(source, target, options as unknown as CopyLogOptions)).rejects.toMatchObject({
      ...{ code: 'invalid-options', option, message },
    });
    expect(await target.head()).toBe(0);
  },
);
