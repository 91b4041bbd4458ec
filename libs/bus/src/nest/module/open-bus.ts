import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { BusOptions } from './bus-options.js';

/** Drivers come in only when they are asked for. Nothing is connected yet: an app starts while its broker is down. */
export async function openBus(options: BusOptions): Promise<MessageBus | undefined> {
  const { bus, rocketmq, kafka, memory } = options;
  if (typeof bus === 'function') return bus();
  if (bus) return bus;
  if (rocketmq) {
    const { RocketMqMessageBus } = await import('../../rocketmq/index.js').catch(
      missing('rocketmq', 'rocketmq-client-nodejs', 'rocketmq-client-nodejs@1.0.8'),
    );
    return new RocketMqMessageBus(rocketmq);
  }
  if (kafka) {
    const { KafkaMessageBus } = await import('../../kafka/index.js').catch(
      missing('kafka', 'kafkajs', 'kafkajs'),
    );
    return new KafkaMessageBus(kafka);
  }
  if (memory) {
    const { MemoryMessageBus } = await import('../../memory/index.js');
    return new MemoryMessageBus(memory);
  }
  return undefined;
}

function missing(option: string, name: string, install: string): (error: unknown) => never {
  return (error) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new InvalidBusOptionsError(
      option,
      `Option ${option} of BusModule needs the package ${name}. Install it with "npm i ${install}". (${(error as Error).message})`,
    );
  };
}
