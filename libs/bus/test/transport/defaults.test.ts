import { KafkaMessageBus } from '@varve/bus/kafka';
import { MemoryMessageBus } from '@varve/bus/memory';
import { CommandSender, subscriptionSettings } from '@varve/bus';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { sequencerSettings } from '../../src/sequencing/sequencer-options.js';

/** As somebody gives it who reads it from a configuration that does not have it. */
function undefinedOnes(names: readonly string[]): Readonly<Record<string, undefined>> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

test('the Kafka bus keeps the default of an option that is undefined', async () => {
  const brokers = ['127.0.0.1:1'];
  const numbers = [
    'maxBytes',
    'connectTimeout',
    'publishTimeout',
    'sessionTimeout',
    'drainTimeout',
    'partitions',
  ];
  const [bus, other] = [
    new KafkaMessageBus({ brokers }),
    new KafkaMessageBus({ brokers, ...undefinedOnes(numbers) }),
  ];
  expect(bus.capabilities.maxBytes).toBeGreaterThan(1_000);
  expect(other.capabilities).toEqual(bus.capabilities);
  await Promise.all([bus.close(), other.close()]);
});

test('a sequencer and a subscription keep the default of an option that is undefined', async () => {
  const bus = new MemoryMessageBus({});
  const needed = { bus, topics: ['order'], group: 'g', log: new InMemoryEventStore() };
  const names = ['startFrom', 'onPoison', 'maxHeld', 'maxHeldBytes', 'hold', 'timers', 'random'];
  const { clock: _, onNotice: __, ...settings } = sequencerSettings(needed);
  expect(sequencerSettings({ ...needed, ...undefinedOnes(names) })).toMatchObject(settings);
  const subscribed = {
    topics: ['order'],
    group: 'g',
    retry: undefinedOnes(['retries', 'firstDelay', 'maxDelay']),
  };
  expect(subscriptionSettings(subscribed)).toEqual(subscriptionSettings({ topics: ['order'], group: 'g' }));
  await bus.close();
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
  'a command sender refuses %s for a time-out',
  async (timeout) => {
    const bus = new MemoryMessageBus({});
    expect(() => new CommandSender({ bus, topic: 'commands', source: '/shop', timeout })).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'timeout' }) as Error,
    );
    await bus.close();
  },
);
