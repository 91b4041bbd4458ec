import { keepSubscribed, type BusNotice } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import type { Timers } from '@varve/eventstore';
import { describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';

const subscription = { topics: ['order'], group: 'g' };
const message = {
  topic: 'order',
  key: 'k',
  event: { specversion: '1.0', id: '1', source: '/s', type: 't' },
} as const;

/** Time that passes when the test says so. */
function heldTimers() {
  const waiting: { milliseconds: number; work: () => void }[] = [];
  const timers: Timers = {
    after(milliseconds, work) {
      const entry = { milliseconds, work };
      waiting.push(entry);
      return () => waiting.splice(waiting.indexOf(entry), 1);
    },
  };
  return { timers, waiting, pass: () => waiting.splice(0).forEach(({ work }) => work()) };
}

describe('A kept subscription', () => {
  test('is there while the broker is away, says so, and starts when it comes', async () => {
    const broker = new MemoryBroker();
    broker.goDown();
    const bus = new MemoryMessageBus({ broker });
    const { timers, waiting, pass } = heldTimers();
    const notices: BusNotice[] = [];
    let handled = 0;
    const kept = keepSubscribed(
      bus,
      subscription,
      async () => {
        handled += 1;
      },
      {
        timers,
        random: () => 1,
        onNotice: (notice) => notices.push(notice),
      },
    );
    for (const delay of [200, 400, 800]) {
      await until(() => waiting[0]?.milliseconds === delay);
      expect(kept.status()).toMatchObject({
        state: 'unavailable',
        lastError: { code: 'broker-unavailable' },
      });
      pass();
    }
    broker.comeBack();
    await until(() => kept.status().state === 'running');
    await bus.publish([message]);
    await until(() => handled === 1);
    expect(notices.filter(({ kind }) => kind === 'trouble')).toHaveLength(3);
    await bus.close();
    expect(kept.status().state).toBe('closed');
  });

  test.each([
    ['throws', () => expect.fail('of the listener')],
    ['rejects', () => Promise.reject(new Error('of the listener')) as unknown as undefined],
  ])('goes on when a listener %s', async (_, onNotice) => {
    const broker = new MemoryBroker();
    broker.goDown();
    const bus = new MemoryMessageBus({ broker });
    const { timers, waiting, pass } = heldTimers();
    const kept = keepSubscribed(bus, subscription, async () => undefined, { timers, onNotice });
    await until(() => waiting.length === 1);
    broker.comeBack();
    pass();
    await until(() => kept.status().state === 'running');
    await bus.close();
  });

  test('keeps the default of a pause that is undefined', async () => {
    const broker = new MemoryBroker();
    broker.goDown();
    const bus = new MemoryMessageBus({ broker });
    const { timers, waiting } = heldTimers();
    const backoff = { firstDelay: undefined } as unknown as { firstDelay: number };
    const random = () => 1;
    const kept = keepSubscribed(bus, subscription, async () => undefined, { timers, random, backoff });
    await until(() => waiting[0]?.milliseconds === 200);
    await kept.close();
    await bus.close();
  });

  test('waits for a topic that somebody still creates', async () => {
    const bus = new MemoryMessageBus({ createTopics: false });
    const { timers, waiting, pass } = heldTimers();
    const kept = keepSubscribed(bus, subscription, async () => undefined, { timers });
    await until(() => waiting.length === 1);
    expect(kept.status().lastError).toMatchObject({ code: 'broker-refused', why: 'unknown-topic' });
    await bus.setup({ topics: [{ name: 'order', kind: 'plain' }], groups: [] });
    pass();
    await until(() => kept.status().state === 'running');
    await bus.close();
  });

  test('leaves no timer when it is closed while it waits', async () => {
    const broker = new MemoryBroker();
    broker.goDown();
    const { timers, waiting } = heldTimers();
    const kept = keepSubscribed(new MemoryMessageBus({ broker }), subscription, async () => undefined, {
      timers,
    });
    await until(() => waiting.length === 1);
    await kept.close();
    expect(waiting).toEqual([]);
    expect(kept.status().state).toBe('closed');
  });

  test('ends when its bus is closed', async () => {
    const bus = new MemoryMessageBus();
    await bus.close();
    const kept = keepSubscribed(bus, subscription, async () => undefined);
    await until(() => kept.status().state === 'closed');
    expect(kept.status().lastError).toMatchObject({ code: 'bus-closed' });
  });

  test('begins paused when it was paused before it could begin', async () => {
    const bus = new MemoryMessageBus();
    const kept = keepSubscribed(bus, subscription, async () => undefined);
    kept.pause();
    await until(() => kept.status().state === 'paused');
    kept.resume();
    expect(kept.status().state).toBe('running');
    await bus.close();
  });

  test('refuses options that are none at once', () => {
    const keep = () =>
      keepSubscribed(new MemoryMessageBus(), { topics: [], group: 'g' }, async () => undefined);
    expect(keep).toThrow(expect.objectContaining({ code: 'invalid-options', option: 'topics' }));
  });
});
