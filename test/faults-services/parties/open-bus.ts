import type { MessageBus } from '@varve/bus';
import type { KafkaMessageBusOptions } from '@varve/bus/kafka';
import type { RocketMqMessageBusOptions } from '@varve/bus/rocketmq';
import type { BrokerAddress } from './orders.ts';

type Address<Kind extends BrokerAddress['kind']> = Extract<BrokerAddress, { kind: Kind }>;

/** Quick to notice that somebody is gone, and patient with a broker that is busy: one that was killed breaks its connections by that. */
export function rocketMqOptions({ endpoints, adminAddress }: Address<'rocketmq'>): RocketMqMessageBusOptions {
  const pollDuration = 1_000;
  const [invisibleDuration, requestTimeout, connectTimeout] = [3_000, 10_000, 15_000];
  return { endpoints, adminAddress, pollDuration, invisibleDuration, requestTimeout, connectTimeout };
}

export function kafkaOptions({ brokers }: Address<'kafka'>): KafkaMessageBusOptions {
  const [sessionTimeout, connectTimeout, publishTimeout] = [3_000, 5_000, 5_000];
  return { brokers: brokers.split(','), sessionTimeout, connectTimeout, publishTimeout };
}

/** Loads the one driver that is needed: many processes are started. */
export async function openBus(broker: BrokerAddress): Promise<MessageBus> {
  switch (broker.kind) {
    case 'rocketmq': {
      const { RocketMqMessageBus } = await import('@varve/bus/rocketmq');
      return new RocketMqMessageBus(rocketMqOptions(broker));
    }
    case 'kafka': {
      const { KafkaMessageBus } = await import('@varve/bus/kafka');
      return new KafkaMessageBus(kafkaOptions(broker));
    }
    case 'memory': {
      const { linesBus } = await import('./lines-bus.ts');
      return linesBus();
    }
  }
}
