import { describe, expect, test } from 'vitest';
import { Slots } from '../../src/rocketmq/subscription/slots.js';

describe('the slots of a subscription', () => {
  test('are never more than there are', async () => {
    const slots = new Slots(3);
    expect(await slots.take(2)).toBe(2);
    expect(await slots.take(2)).toBe(1);
    const waiting = slots.take(2);
    slots.give(3);
    expect(await waiting).toBe(2);
  });

  test('go to whoever waits longest, also when the giver wants them back at once', async () => {
    const slots = new Slots(2);
    await slots.take(2);
    const order: string[] = [];
    const second = slots.take(2).then(() => order.push('second'));
    slots.give(2);
    const first = slots.take(2).then(() => order.push('first again'));
    await second;
    slots.give(2);
    await first;
    expect(order).toEqual(['second', 'first again']);
  });

  test('are given to nobody during a pause, and end by closing', async () => {
    const slots = new Slots(2);
    slots.pause();
    const waiting = slots.take(1);
    slots.resume();
    expect(await waiting).toBe(1);
    slots.pause();
    const never = slots.take(1);
    const resumed = slots.untilResumed();
    slots.close();
    await resumed;
    expect(await never).toBe(0);
  });
});
