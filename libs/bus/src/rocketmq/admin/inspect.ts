import type { BusTopology, TopologyProblem } from '../../transport/topology.js';
import { missingSubscribed, subscribedTopics } from '../../transport/subscribed-topics.js';
import { brokerName } from '../names.js';
import type { BrokerAdmin, GroupAtBroker } from './broker-admin.js';
import { createGroupCommand, createTopicCommand } from './mqadmin-commands.js';
import { plannedGroup, plannedTopic, type PlannedGroup, type PlannedTopic } from './plans.js';

/** Where the broker puts half messages about which it has asked often enough. No client can read it. */
export const ABANDONED_TOPIC = 'TRANS_CHECK_MAX_TIME_TOPIC';
/** Fewer are soon used up by a handler that fails, or by crashes. */
const FEW_RETRIES = 1000;

export async function inspectBroker(
  broker: BrokerAdmin,
  topology: BusTopology,
): Promise<readonly TopologyProblem[]> {
  const problems: TopologyProblem[] = [];
  for (const topic of topology.topics.map(plannedTopic)) {
    problems.push(...problemsOfTopic(topic, (await broker.topic(topic.name))?.type));
  }
  problems.push(...(await problemsOfSubscribed(topology, async (name) => (await broker.topic(name))?.type)));
  const groups = await broker.groups();
  for (const plan of topology.groups) {
    const group = plannedGroup(plan, topology);
    problems.push(...problemsOfGroup(group, groups.get(group.name)));
  }
  if (topology.topics.some(({ kind }) => kind === 'transactional')) {
    problems.push(...problemsOfAbandoned(await abandonedHalfMessages(broker)));
  }
  return problems;
}

/** `typeOf` a topic by its name at the broker: `undefined` where there is none. */
export async function problemsOfSubscribed(
  topology: BusTopology,
  typeOf: (topic: string) => Promise<string | undefined>,
): Promise<readonly TopologyProblem[]> {
  const problems: TopologyProblem[] = [];
  for (const { name, group } of subscribedTopics(topology)) {
    const topic = brokerName(name);
    if ((await typeOf(topic)) === undefined) problems.push(missingSubscribed(topic, group));
  }
  return problems;
}

export function problemsOfTopic(topic: PlannedTopic, type: string | undefined): readonly TopologyProblem[] {
  const subject = `topic ${topic.name}`;
  if (type === undefined) {
    const whatToDo = `Run "varve bus setup", or: ${createTopicCommand(topic)}`;
    return [{ subject, problem: 'it does not exist', whatToDo }];
  }
  if (type === topic.type) return [];
  const problem = `it is of type ${type}, and must be ${topic.type}`;
  return [
    {
      subject,
      problem,
      whatToDo: `Use another topic, or once it is empty delete it and create it anew: ${createTopicCommand(topic)}`,
    },
  ];
}

function problemsOfGroup(group: PlannedGroup, found: GroupAtBroker | undefined): readonly TopologyProblem[] {
  const subject = `group ${group.name}`;
  const whatToDo = `Run: ${createGroupCommand(group)}`;
  if (!found)
    return [
      {
        subject,
        problem: 'it does not exist',
        whatToDo: `Run "varve bus setup", or: ${createGroupCommand(group)}`,
      },
    ];
  const problems: TopologyProblem[] = [];
  if (found.isOrderly !== group.isOrderly) {
    const problem = group.isOrderly
      ? 'it is not orderly, so its messages come in any order'
      : 'it is orderly, which only a FIFO topic needs, and gets one message at a time from each queue';
    problems.push({ subject, problem, whatToDo });
  }
  if (found.retryMax < FEW_RETRIES) {
    const problem = `the broker gives up on a message after ${found.retryMax} deliveries, whatever the subscription's policy says`;
    problems.push({ subject, problem, whatToDo });
  }
  return problems;
}

function problemsOfAbandoned(count: number): readonly TopologyProblem[] {
  if (count === 0) return [];
  return [
    {
      subject: `topic ${ABANDONED_TOPIC}`,
      problem: `the broker has given up asking about ${count} half messages`,
      whatToDo:
        'The sweep publishes what was appended. Let instances with check-backs run, and raise transactionCheckMax of the broker.',
    },
  ];
}

/** Ever: the broker does not forget them when they are dealt with. */
export async function abandonedHalfMessages(broker: BrokerAdmin): Promise<number> {
  return broker.maxOffset(ABANDONED_TOPIC, 0);
}
