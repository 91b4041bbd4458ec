import { describe, expect, test } from 'vitest';
import { systemTimers } from '@varve/eventstore';
import { BrokerUnavailableError } from '@varve/bus';
import type { KafkaConsumer, KafkaConsumerEvents } from '../../src/kafka/driver/kafka-driver.js';
import { GroupMember } from '../../src/kafka/consume/group-member.js';
import { until } from '../../../../test/support/until.js';

const down = new BrokerUnavailableError('down');

/** Consumers of which the first few fail: they say so as an event, and their start rejects, as those of kafkajs do. */
function aCluster(failures: number) {
  const open = new Set<KafkaConsumerEvents>();
  let made = 0;
  const consumer = (events: KafkaConsumerEvents): KafkaConsumer => {
    const fails = made++ < failures;
    return {
      async start() {
        open.add(events);
        if (fails) {
          events.failed(down);
          throw down;
        }
        events.assigned([{ topic: 'orders', partition: 0 }]);
      },
      close: async () => void open.delete(events),
      commit: async () => undefined,
      pause: () => undefined,
      resume: () => undefined,
    };
  };
  return { open, consumer, made: () => made };
}

function aMember(cluster: ReturnType<typeof aCluster>) {
  const told: string[] = [];
  const member = new GroupMember({
    consumer: cluster.consumer,
    events: { assigned: () => told.push('assigned'), fetched: async () => undefined },
    joined: async () => undefined,
    lost: () => told.push('lost'),
    back: () => told.push('back'),
    timers: systemTimers,
  });
  return { member, told };
}

describe('A member of a group', () => {
  test('that fails while it joins tries again, and leaves no consumer behind that nobody knows', async () => {
    const cluster = aCluster(2);
    const { member, told } = aMember(cluster);
    await member.start(5_000);
    expect([cluster.made(), cluster.open.size, told]).toEqual([3, 1, ['assigned']]);
    await member.close();
    expect(cluster.open.size).toBe(0);
  });

  test('that cannot join in time says why', async () => {
    const cluster = aCluster(1_000);
    const { member } = aMember(cluster);
    await expect(member.start(300)).rejects.toBe(down);
    expect(cluster.open.size).toBe(0);
  });

  test('whose consumer fails later has a new one, and says when it is lost and when it is back', async () => {
    const cluster = aCluster(0);
    const { member, told } = aMember(cluster);
    await member.start(5_000);
    for (const events of cluster.open) events.failed(down);
    await until(() => told.includes('back'));
    expect([cluster.open.size, told]).toEqual([1, ['assigned', 'lost', 'assigned', 'back']]);
    await member.close();
    await expect(member.commit([])).rejects.toThrow('out of its group');
  });
});
