import type { BusTopology, SetupReport, TopicPlan, TopologyProblem } from '../../transport/topology.js';
import { missingSubscribed, subscribedTopics } from '../../transport/subscribed-topics.js';
import { deadLetterTopicPlan } from '../dead-letters/give-up.js';
import type { KafkaAdmin } from '../driver/kafka-driver.js';
import { createTopic } from './create-topic.js';

export interface KafkaTopologyOptions {
  readonly partitions: number;
  readonly replicationFactor: number | undefined;
  readonly maxBytes: number;
  /** One that the commands which are proposed can begin with. */
  readonly broker: string;
  readonly hasDelay: boolean;
  /** Topics that delayed messages need, besides those that are planned. */
  readonly delayTopics: readonly string[];
}

interface PlannedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** Creates what is missing. Groups need nothing in Kafka but the topics of their dead letters. */
export async function setUpKafka(
  admin: KafkaAdmin,
  topology: BusTopology,
  options: KafkaTopologyOptions,
): Promise<SetupReport> {
  const created: string[] = [];
  const existing: string[] = [];
  for (const topic of plannedTopics(topology, options)) {
    const isNew = await createTopic(admin, topic, options.replicationFactor);
    (isNew ? created : existing).push(`topic ${topic.name}`);
  }
  return { created, existing, commands: [] };
}

export async function inspectKafka(
  admin: KafkaAdmin,
  topology: BusTopology,
  options: KafkaTopologyOptions,
): Promise<readonly TopologyProblem[]> {
  const names = new Set(await admin.topicNames());
  const planned = plannedTopics(topology, options);
  const missing = planned.filter(({ name }) => !names.has(name));
  const problems = [
    ...missing.map((topic) => missingTopic(topic, options)),
    ...subscribedTopics(topology).flatMap(({ name, group }) =>
      names.has(name) ? [] : [missingSubscribed(name, group)],
    ),
    ...topology.topics.flatMap((plan) => unfit(plan, options)),
  ];
  const there = await admin.describeTopics(planned.map(({ name }) => name).filter((name) => names.has(name)));
  for (const plan of topology.topics) {
    const topic = there.find(({ name }) => name === plan.name);
    if (topic && plan.lanes !== undefined && topic.partitions < plan.lanes) {
      problems.push(tooFewPartitions({ name: plan.name, partitions: plan.lanes }, topic.partitions, options));
    }
  }
  for (const { name } of there) problems.push(...(await wrongConfig(admin, name, options, topology)));
  return problems;
}

function plannedTopics(
  { topics, groups }: BusTopology,
  options: KafkaTopologyOptions,
): readonly PlannedTopic[] {
  const wantsDelay = topics.some(({ kind }) => kind === 'delayed');
  return [
    ...topics.map(({ name, lanes }) => ({ name, partitions: lanes ?? options.partitions })),
    ...groups.map(({ name }) => deadLetterTopicPlan(name, options.maxBytes)),
    ...(wantsDelay ? options.delayTopics : []).map((name) => ({ name, partitions: 1 })),
  ];
}

function missingTopic(
  { name, partitions, config = {} }: PlannedTopic,
  { broker }: KafkaTopologyOptions,
): TopologyProblem {
  const settings = Object.entries(config).map(([key, value]) => ` --config ${key}=${value}`);
  return {
    subject: `topic ${name}`,
    problem: 'it does not exist',
    whatToDo: `Run "varve bus setup", or: kafka-topics.sh --bootstrap-server ${broker} --create --topic ${name} --partitions ${partitions}${settings.join('')}`,
  };
}

function unfit({ name, kind }: TopicPlan, { hasDelay }: KafkaTopologyOptions): readonly TopologyProblem[] {
  const subject = `topic ${name}`;
  if (kind === 'transactional') {
    const whatToDo = 'Publish by relay, or use a bus with two-phase messages, such as RocketMQ.';
    return [{ subject, problem: 'Kafka has no two-phase messages', whatToDo }];
  }
  if (kind === 'delayed' && !hasDelay) {
    return [{ subject, problem: 'this bus delays nothing', whatToDo: 'Set "delay" of the Kafka bus.' }];
  }
  return [];
}

function tooFewPartitions(
  { name, partitions }: PlannedTopic,
  found: number,
  { broker }: KafkaTopologyOptions,
): TopologyProblem {
  return {
    subject: `topic ${name}`,
    problem: `it has ${found} partitions instead of ${partitions}`,
    whatToDo: `Once all of its messages are handled, since keys change their partition: kafka-topics.sh --bootstrap-server ${broker} --alter --topic ${name} --partitions ${partitions}`,
  };
}

async function wrongConfig(
  admin: KafkaAdmin,
  name: string,
  { maxBytes, broker }: KafkaTopologyOptions,
  { groups }: BusTopology,
): Promise<readonly TopologyProblem[]> {
  const config = await admin.topicConfig(name);
  const problems: TopologyProblem[] = [];
  const most = Number(config['max.message.bytes'] ?? Number.POSITIVE_INFINITY);
  if (most < maxBytes) {
    problems.push({
      subject: `topic ${name}`,
      problem: `it takes ${most} bytes, and the bus is told that ${maxBytes} are taken`,
      whatToDo: `Lower "maxBytes" to ${most - 1_000}, or raise the topic's max.message.bytes.`,
    });
  }
  const isDeadLetters = groups.some((group) => deadLetterTopicPlan(group.name, 0).name === name);
  if (isDeadLetters && config['cleanup.policy'] !== 'compact') {
    problems.push({
      subject: `topic ${name}`,
      problem: `its cleanup.policy is "${config['cleanup.policy'] ?? ''}": dead letters are deleted after a time`,
      whatToDo: `kafka-configs.sh --bootstrap-server ${broker} --alter --entity-type topics --entity-name ${name} --add-config cleanup.policy=compact`,
    });
  }
  return problems;
}
