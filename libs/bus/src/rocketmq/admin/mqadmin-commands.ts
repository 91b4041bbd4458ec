import type { PlannedGroup, PlannedTopic } from './plans.js';

/** For a shell with RocketMQ's tools; `mqadmin` finds the nameserver by NAMESRV_ADDR. */
const CLUSTER = '-c "${ROCKETMQ_CLUSTER:-DefaultCluster}"';

export function createTopicCommand({ name, type, queues }: PlannedTopic): string {
  return `mqadmin updateTopic ${CLUSTER} -t '${name}' -r ${queues} -w ${queues} -p 6 -a +message.type=${type}`;
}

export function createGroupCommand({ name, isOrderly, retryMax }: PlannedGroup): string {
  return `mqadmin updateSubGroup ${CLUSTER} -g '${name}' -o ${isOrderly} -r ${retryMax}`;
}
