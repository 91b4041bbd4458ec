import { describe, expect, test, vi } from 'vitest';
import { ManualTime } from '../../../../test/support/manual-time.js';
import { SharedLooks } from '../../src/projection/waiting/shared-looks.js';
import { Waiting } from '../../src/projection/waiting/wait-for.js';
import { AT_ONCE, charge, newLog, openReadModels, projector, totals } from './orders.js';

async function passing(time: ManualTime, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed++) {
    await new Promise((resolve) => setImmediate(resolve));
    time.advance(1);
  }
}

function looksIn(time: ManualTime) {
  const look = vi.fn(() => Promise.resolve(time.clock()));
  return { look, shared: new SharedLooks(look, time.clock, time) };
}

describe('Looks that are shared', () => {
  test('serve all for whom it is time, and nobody before', async () => {
    const time = new ManualTime(0);
    const { look, shared } = looksIn(time);
    const seen = Promise.all([shared.after(25), shared.after(10), shared.after(11), shared.after(40)]);
    time.advance(10);
    expect(look).toHaveBeenCalledTimes(1);
    time.advance(15);
    expect(look).toHaveBeenCalledTimes(2);
    time.advance(15);
    expect(await seen).toEqual([25, 10, 10, 40]);
    expect(time.pending).toBe(0);
  });

  test('go on for the others when somebody leaves, and end with the last', async () => {
    const time = new ManualTime(0);
    const { look, shared } = looksIn(time);
    const [first, last] = [new AbortController(), new AbortController()];
    const gone = Promise.allSettled([shared.after(5, first.signal), shared.after(9, last.signal)]);
    first.abort(new Error('gone'));
    expect(time.pending).toBe(1);
    last.abort(new Error('gone, too'));
    expect(time.pending).toBe(0);
    expect((await gone).map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
      'Error: gone',
      'Error: gone, too',
    ]);
    await expect(shared.after(1, first.signal)).rejects.toThrow('gone');
    expect([time.pending, look.mock.calls.length]).toEqual([0, 0]);
  });

  test('fail for all whom they serve, and for nobody else', async () => {
    const time = new ManualTime(0);
    const { look, shared } = looksIn(time);
    look.mockRejectedValueOnce(new Error('no database'));
    const seen = Promise.allSettled([shared.after(1), shared.after(2), shared.after(9)]);
    time.advance(9);
    expect((await seen).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });
});

test('Two hundred who wait for one projection ask its database some ten times together, beside once each', async () => {
  const [log, readModels, time] = [newLog(), await openReadModels(), new ManualTime()];
  const one = projector({ log, readModels, projections: [totals()] });
  await charge(log, 'order-1', 5);
  await one.runUntilCaughtUp();
  const looks = vi.spyOn(readModels, 'listVersions');
  const together = new Waiting({ log, readModels, clock: time.clock, timers: time });

  const waiting = Promise.all(
    Array.from({ length: 200 }, (_, i) => together.for(2, 'totals', { timeout: 100 + (i % 3) })),
  );
  await passing(time, 60);
  await charge(log, 'order-1', 6);
  expect(looks.mock.calls.length).toBeLessThan(200 + 20);
  await one.runUntilCaughtUp();
  await passing(time, 60);
  expect(new Set((await waiting).map(({ reached }) => reached))).toEqual(new Set([true]));
});

test('Who waits while fifty streams are parked reads the row of its own stream', async () => {
  const [log, readModels] = [newLog(), await openReadModels()];
  const before = ({ stream }: { stream: string }) => {
    if (stream !== 'order-51') throw new Error('bug');
  };
  const failurePolicy = { ...AT_ONCE, then: 'park' as const };
  const one = projector({ log, readModels, projections: [totals({ before, failurePolicy })] });
  for (let i = 1; i <= 51; i++) await charge(log, `order-${i}`, i);
  await one.runUntilCaughtUp();
  const rows: number[] = [];
  const list = readModels.listParked.bind(readModels);
  vi.spyOn(readModels, 'listParked').mockImplementation(async (...args) => {
    const found = await list(...args);
    rows.push(found.length);
    return found;
  });

  expect(await one.waitFor({ stream: 'order-9', version: 1 }, 'totals')).toMatchObject({ reason: 'parked' });
  expect(await one.waitFor({ stream: 'order-51', version: 1 }, 'totals')).toMatchObject({ reached: true });
  expect(rows).toEqual([1, 0]);
});
