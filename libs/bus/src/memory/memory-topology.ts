import type {
  BusTopology,
  GroupPlan,
  SetupReport,
  TopicPlan,
  TopologyProblem,
} from '../transport/topology.js';
import { missingSubscribed, subscribedTopics } from '../transport/subscribed-topics.js';
import type { MemoryBroker } from './memory-broker.js';

export function setUpMemory(broker: MemoryBroker, { topics, groups }: BusTopology): SetupReport {
  broker.assertUp();
  const created: string[] = [];
  const existing: string[] = [];
  const note = (subject: string, isNew: boolean): void => void (isNew ? created : existing).push(subject);
  for (const topic of topics) note(`topic ${topic.name}`, broker.createTopic(topic));
  for (const group of groups) note(`group ${group.name}`, broker.createGroup(group));
  return { created, existing, commands: [] };
}

export function inspectMemory(
  broker: MemoryBroker,
  { topics, groups }: BusTopology,
): readonly TopologyProblem[] {
  broker.assertUp();
  const problems = [
    ...topics.flatMap((plan) => problemOfTopic(broker, plan)),
    ...groups.flatMap((plan) => problemOfGroup(broker, plan)),
  ];
  const subscribed = subscribedTopics({ topics, groups }).filter(({ name }) => isMissing(broker, name));
  return [...problems, ...subscribed.map(({ name, group }) => missingSubscribed(name, group))];
}

/** What is made by its first use is not missing: in another process, such as that of a command, nothing has been used. */
function isMissing(broker: MemoryBroker, topic: string): boolean {
  return !broker.createsTopics && broker.findTopic(topic) === undefined;
}

function problemOfTopic(broker: MemoryBroker, { name, kind }: TopicPlan): TopologyProblem[] {
  const topic = broker.findTopic(name);
  const subject = `topic ${name}`;
  if (isMissing(broker, name)) return [{ subject, problem: 'is missing', whatToDo: 'Run varve bus setup.' }];
  if (!topic || topic.kind === 'any' || topic.kind === kind) return [];
  return [{ subject, problem: `is ${topic.kind}, not ${kind}`, whatToDo: 'Use another topic for it.' }];
}

function problemOfGroup(broker: MemoryBroker, { name, order }: GroupPlan): TopologyProblem[] {
  const group = broker.findGroup(name);
  const subject = `group ${name}`;
  if (!group && broker.createsTopics) return [];
  if (!group) return [{ subject, problem: 'is missing', whatToDo: 'Run varve bus setup.' }];
  if (group.order === order) return [];
  return [
    {
      subject,
      problem: `has the order "${group.order}", not "${order}"`,
      whatToDo: 'Use another group for it.',
    },
  ];
}
