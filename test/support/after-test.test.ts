import { expect, test } from 'vitest';
import { afterTest, undoAll } from './after-test.ts';

const done: string[] = [];

test('What is to be done after a test is done, the latest first, though something fails', async () => {
  afterTest(() => done.push('first'));
  afterTest(() => Promise.reject(new Error('no')));
  afterTest(async () => {
    await Promise.resolve();
    done.push('last');
  });
  await expect(undoAll()).rejects.toThrow('no');
  expect(done).toEqual(['last', 'first']);
  afterTest(() => done.splice(0));
});

test('It is done before the next test, and once', () => {
  expect(done).toEqual([]);
});
