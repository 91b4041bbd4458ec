import { randomUUID } from 'node:crypto';
import type { BusHarness } from '@varve/bus/testing';
import { KafkaMessageBus, type KafkaMessageBusOptions } from '@varve/bus/kafka';
import { plainKafka, type KafkaConnection, type KafkaServer } from '../../../../test/services/index.js';
import { createTopic } from './kafka-suite.js';

/** How the contract of a message bus gets at Kafka. */
export function kafkaHarness(
  server: () => KafkaConnection,
  options: Partial<KafkaMessageBusOptions> = {},
): BusHarness<KafkaMessageBus> {
  return {
    // Beside other suites on a small machine: a group may share its partitions anew several times.
    patience: 40_000,
    // More than a session: the broker must be told meanwhile that the member lives.
    slowness: 4_000,
    async open() {
      const buses: KafkaMessageBus[] = [];
      const unusedName = (): string => `contract-${randomUUID().slice(0, 12)}`;
      return {
        bus() {
          const brokers = server().brokers.split(',');
          const bus = new KafkaMessageBus({
            brokers,
            sessionTimeout: 3_000,
            drainTimeout: 1_000,
            ...options,
          });
          buses.push(bus);
          return bus;
        },
        async topic() {
          const topic = unusedName();
          await createTopic(server(), topic);
          return topic;
        },
        group: async () => unusedName(),
        unusedName,
        async sendRaw({ topic, key, headers, body }) {
          const producer = plainKafka(server()).producer();
          await producer.connect();
          await producer.send({ topic, messages: [{ key: key ?? null, headers, value: Buffer.from(body) }] });
          await producer.disconnect();
        },
        async dispose() {
          await Promise.all(buses.map((bus) => bus.close()));
        },
      };
    },
  };
}

/** The same with a server of one's own, which is killed and started again. */
export function mortalKafkaHarness(server: () => KafkaServer): BusHarness<KafkaMessageBus> {
  const harness = kafkaHarness(server, { publishTimeout: 3_000, connectTimeout: 3_000 });
  return {
    ...harness,
    async open() {
      const opened = await harness.open();
      return { ...opened, goDown: () => server().kill(), comeBack: () => server().restart() };
    },
  };
}
