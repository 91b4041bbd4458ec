import { remind, systemTimers } from '@varve/eventstore';
import { expect, test, vi } from 'vitest';
import { ManualTime } from '../../../../test/support/manual-time.js';

test.each([Infinity, 2 ** 31, 1e12])('a timer of %s ms is one that Node can wait for', (milliseconds) => {
  const waits = vi.spyOn(globalThis, 'setTimeout');
  systemTimers.after(milliseconds, () => undefined)();
  expect(waits).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 2 ** 31 - 1);
});

test('a reminder comes after the time, then after twice the time, until it is cancelled', () => {
  const time = new ManualTime(0);
  const at: number[] = [];
  const cancel = remind(time, 10, () => at.push(time.clock()));
  time.advance(100);
  expect(at).toEqual([10, 30, 70]);
  cancel();
  time.advance(1_000);
  expect([at.length, time.pending]).toEqual([3, 0]);
});
