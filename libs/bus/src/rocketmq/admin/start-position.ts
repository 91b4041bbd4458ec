import type { BrokerAdmin } from './broker-admin.js';

export interface StartPosition {
  readonly group: string;
  readonly topics: readonly string[];
  readonly from: 'earliest' | 'latest';
}

/**
 * Gives a group that has no place in a queue one. Without, a broker chooses itself: from the start only if it still has the first message in
 * memory, otherwise nearly at the end.
 */
export async function setStartPosition(
  broker: BrokerAdmin,
  { group, topics, from }: StartPosition,
): Promise<void> {
  for (const topic of topics) {
    const queues = (await broker.topic(topic))?.queues ?? 0;
    for (let queueId = 0; queueId < queues; queueId += 1) {
      if ((await broker.consumerOffset(group, topic, queueId)) !== undefined) continue;
      const offset = await (from === 'latest'
        ? broker.maxOffset(topic, queueId)
        : broker.minOffset(topic, queueId));
      await broker.setConsumerOffset(group, topic, { queueId, offset });
    }
  }
}
