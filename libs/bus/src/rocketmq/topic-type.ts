import { BrokerRefusedError } from '../transport/errors.js';
import { MessageType } from './client/driver.js';
import type { RocketMqTopicType } from './options.js';

const types: Readonly<Record<RocketMqTopicType, number>> = {
  NORMAL: MessageType.NORMAL,
  FIFO: MessageType.FIFO,
  DELAY: MessageType.DELAY,
  TRANSACTION: MessageType.TRANSACTION,
};

export interface Topic {
  readonly name: string;
  /** What the server says that it takes, of `MessageType`. A topic of type MIXED takes all. */
  readonly accepted: readonly number[];
  readonly configured: RocketMqTopicType | undefined;
}

/** As far as this bus knows it. */
export function typeNameOf(accepted: readonly number[]): RocketMqTopicType | 'MIXED' | undefined {
  const names = (Object.keys(types) as RocketMqTopicType[]).filter((type) => accepted.includes(types[type]));
  return names.length > 1 ? 'MIXED' : names[0];
}

/** How a message goes to the topic: as what the topic takes, of several that which promises most. */
export function sendTypeOf(topic: Topic, delay: number | undefined): RocketMqTopicType {
  if (topic.configured !== undefined) assertTakes(topic, topic.configured, 'it is configured as');
  if (delay !== undefined && delay > 0) {
    assertTakes(topic, 'DELAY', 'a delayed message needs a topic of type');
    return 'DELAY';
  }
  if (topic.configured !== undefined) return topic.configured;
  const found = (['FIFO', 'NORMAL', 'TRANSACTION', 'DELAY'] as const).find((type) => takes(topic, type));
  if (found) return found;
  throw new BrokerRefusedError(
    'wrong-topic-type',
    `Topic "${topic.name}" takes no type of message that this bus knows.`,
  );
}

/** @throws BrokerRefusedError */
export function assertTakes(topic: Topic, type: RocketMqTopicType, why: string): void {
  if (takes(topic, type)) return;
  throw new BrokerRefusedError(
    'wrong-topic-type',
    `Topic "${topic.name}" is of type ${typeNameOf(topic.accepted) ?? 'unknown'}, and ${why} ${type}. A topic's type cannot be changed: create another of type ${type}.`,
  );
}

function takes({ accepted }: Topic, type: RocketMqTopicType): boolean {
  return accepted.includes(types[type]);
}
