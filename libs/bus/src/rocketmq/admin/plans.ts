import type { BusTopology, GroupPlan, TopicPlan } from '../../transport/topology.js';
import { brokerName } from '../names.js';
import type { RocketMqTopicType } from '../options.js';
import type { GroupAtBroker } from './broker-admin.js';

const TYPE_OF: Readonly<Record<TopicPlan['kind'], RocketMqTopicType>> = {
  plain: 'NORMAL',
  ordered: 'FIFO',
  transactional: 'TRANSACTION',
  delayed: 'DELAY',
};

/** Each is one message at a time to an orderly group. */
const DEFAULT_QUEUES = 16;
/** The policy of the subscription decides when a message is given up on, never the broker. */
export const NEVER_BY_ITSELF = 1_000_000;

/** Topics and groups as the server calls them. */
export interface PlannedTopic {
  readonly name: string;
  readonly type: RocketMqTopicType;
  readonly queues: number;
}

export interface PlannedGroup extends GroupAtBroker {
  readonly name: string;
}

export function plannedTopic({ name, kind, lanes = DEFAULT_QUEUES }: TopicPlan): PlannedTopic {
  return { name: brokerName(name), type: TYPE_OF[kind], queues: lanes };
}

/** The server keeps the order of FIFO topics alone, and an orderly group costs speed on others. */
export function plannedGroup(
  { name, topics, order }: GroupPlan,
  { topics: plans }: BusTopology,
): PlannedGroup {
  const isOrdered = (topic: string): boolean =>
    plans.every((plan) => plan.name !== topic || plan.kind === 'ordered');
  return {
    name: brokerName(name),
    isOrderly: order === 'key' && topics.some(isOrdered),
    retryMax: NEVER_BY_ITSELF,
  };
}
