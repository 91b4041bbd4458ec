import type { Message } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { afterEach, describe, expect, test } from 'vitest';
import { countHeld } from '../../../../test/support/held.js';
import { until } from '../../../../test/support/until.js';

const buses: MemoryMessageBus[] = [];

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

function aBus(options?: ConstructorParameters<typeof MemoryMessageBus>[0]): MemoryMessageBus {
  const bus = new MemoryMessageBus(options);
  buses.push(bus);
  return bus;
}

function aMessage(n: number, topic = 'order'): Message {
  return {
    topic,
    key: `order-${n}`,
    event: { specversion: '1.0', id: String(n), source: '/s', type: 't', data: n },
  };
}

describe('A bus within the process', () => {
  test('needs no set-up: topics are made by their first use', async () => {
    const bus = aBus();
    await bus.publish([aMessage(1)]);
    const seen: unknown[] = [];
    await bus.subscribe({ topics: ['order'], group: 'g' }, async ({ event }) => void seen.push(event.data));
    await until(() => seen.length === 1);
    expect(seen).toEqual([1]);
  });

  test('keeps no timer once it is closed, and goes on where it was when somebody connects again', async () => {
    const broker = new MemoryBroker();
    const first = aBus({ broker });
    await first.publish([{ ...aMessage(1), delay: 60 }]);
    await first.close();
    const seen: unknown[] = [];
    await aBus({ broker }).subscribe(
      { topics: ['order'], group: 'g' },
      async ({ event }) => void seen.push(event.data),
    );
    await until(() => seen.length === 1);
  });

  test('waits as long as a delay says, though the clock goes on while it is being arranged', async () => {
    const waits: number[] = [];
    const timers = { after: (milliseconds: number) => (waits.push(milliseconds), () => undefined) };
    let now = 0;
    const bus = aBus({ broker: new MemoryBroker({ timers, now: () => now++ }) });
    await bus.publish([{ ...aMessage(1), delay: 60 }]);
    expect(waits).toEqual([60]);
  });

  test('keeps nothing of a subscription that was closed', async () => {
    const bus = aBus();
    const closed = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const subscription = await bus.subscribe({ topics: ['order'], group: 'g' }, async () => undefined);
        await subscription.close();
        return new WeakRef(subscription);
      }),
    );
    expect(await countHeld(closed)).toBe(0);
  });

  test('gives what a killed instance had in hand to another', async () => {
    const broker = new MemoryBroker();
    const [dying, other] = [aBus({ broker }), aBus({ broker })];
    const aborted: boolean[] = [];
    const dead = await dying.subscribe({ topics: ['order'], group: 'g' }, async (_, { signal }) => {
      await until(() => signal.aborted);
      aborted.push(true);
    });
    await other.publish([aMessage(1)]);
    await until(() => dead.status().inFlight === 1);
    const attempts: number[] = [];
    const alive = await other.subscribe({ topics: ['order'], group: 'g' }, async (_, { attempt }) => {
      attempts.push(attempt);
    });
    dying.crash();
    await until(() => alive.status().handled === 1 && aborted.length === 1);
    expect([attempts, dead.status().state]).toEqual([[2], 'closed']);
    await expect(dying.publish([aMessage(2)])).rejects.toMatchObject({ code: 'bus-closed' });
  });

  test('stops asking about a half message after the most checks, and says how many it has given up on', async () => {
    const bus = aBus({ transactions: { timeout: 1, checkInterval: 1, maxChecks: 2 } });
    await bus.prepare(aMessage(1));
    await until(() => bus.broker.halfMessages.abandoned === 1);
    expect(bus.broker.halfMessages.open).toBe(0);
  });

  test.each<[string, object]>([
    ['topics', { topics: ['order'] }],
    ['chaos.duplicates', { chaos: { seed: 1, duplicates: 1 } }],
    ['transactions.timeOut', { transactions: { timeOut: 1 } }],
  ])('refuses an option that it does not know, and names it: %s', (option, options) => {
    expect(() => aBus(options)).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
  });

  test('refuses a probability that is none, and names it', () => {
    expect(() => aBus({ chaos: { seed: 1, duplicate: 1.5 } })).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'chaos.duplicate' }),
    );
  });
});
