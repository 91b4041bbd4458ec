import { expect, test } from 'vitest';
import { backoffFrom } from '@varve/eventstore';
import { delayBefore, pause } from '../../src/aggregate/backoff.js';

test('waits grow twofold up to a bound, each a random part of it', () => {
  const backoff = backoffFrom({ firstDelay: 10, maxDelay: 50, random: () => 0.99 });
  expect([1, 2, 3, 4, 5].map((attempt) => delayBefore(backoff, attempt))).toStrictEqual([9, 19, 39, 49, 49]);
});

test('a wait ends by itself, and at once when the signal is aborted, before or during it', async () => {
  await pause(backoffFrom({ firstDelay: 2, random: () => 0.9 }), 1);
  const abort = new AbortController();
  const day = { firstDelay: 86_400_000, maxDelay: 86_400_000, signal: abort.signal };
  const waiting = pause(backoffFrom(day), 1);
  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(pause(backoffFrom(day), 1)).rejects.toThrow('gone');
});

test('an option that is undefined keeps its default', () => {
  expect(backoffFrom({ retries: undefined as never, maxDelay: undefined as never })).toEqual(backoffFrom());
});

test('options that mean nothing are refused by name', () => {
  for (const [option, value] of [
    ['retries', 1.5],
    ['retries', -1],
    ['firstDelay', -1],
    ['maxDelay', Number.NaN],
  ] as const) {
    expect(() => backoffFrom({ [option]: value })).toThrow(
      expect.objectContaining({ option: `backoff.${option}` }),
    );
  }
});
