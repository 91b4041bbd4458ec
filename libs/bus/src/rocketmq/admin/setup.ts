import type { BusTopology, SetupReport } from '../../transport/topology.js';
import { deadLetterTopic } from '../names.js';
import { readerGroup } from '../dead-letters/reader.js';
import type { BrokerAdmin } from './broker-admin.js';
import { createGroupCommand, createTopicCommand } from './mqadmin-commands.js';
import {
  NEVER_BY_ITSELF,
  plannedGroup,
  plannedTopic,
  type PlannedGroup,
  type PlannedTopic,
} from './plans.js';

interface Needs {
  readonly topics: readonly PlannedTopic[];
  readonly groups: readonly PlannedGroup[];
}

/** The topology, and for each group a place for its dead letters and a group that reads them. */
export function needsOf(topology: BusTopology): Needs {
  const groups = topology.groups.map((group) => plannedGroup(group, topology));
  const deadLetters = groups.map(
    ({ name }) => ({ name: deadLetterTopic(name), type: 'NORMAL', queues: 1 }) as const,
  );
  const readers = groups.map(({ name }) => ({
    name: readerGroup(name),
    isOrderly: false,
    retryMax: NEVER_BY_ITSELF,
  }));
  return {
    topics: [...topology.topics.map(plannedTopic), ...deadLetters],
    groups: [...groups, ...readers],
  };
}

/** On every broker. */
export async function setUp(brokers: readonly BrokerAdmin[], topology: BusTopology): Promise<SetupReport> {
  const { topics, groups } = needsOf(topology);
  const created = new Set<string>();
  for (const broker of brokers) {
    for (const { name, type, queues } of topics) {
      if (await broker.topic(name)) continue;
      await broker.createTopic(name, type, queues);
      created.add(`topic ${name}`);
    }
    const known = await broker.groups();
    for (const group of groups) {
      if (known.has(group.name)) continue;
      await broker.createGroup(group.name, group);
      created.add(`group ${group.name}`);
    }
  }
  const all = [...topics.map(({ name }) => `topic ${name}`), ...groups.map(({ name }) => `group ${name}`)];
  return { created: [...created], existing: all.filter((one) => !created.has(one)), commands: [] };
}

/** What a person must run who can reach the brokers. Of groups the gRPC proxy tells nothing. */
export async function commandsFor(
  topology: BusTopology,
  isThere: (topic: string) => Promise<boolean>,
): Promise<SetupReport> {
  const { topics, groups } = needsOf(topology);
  const existing: string[] = [];
  const commands: string[] = [];
  for (const topic of topics) {
    if (await isThere(topic.name)) existing.push(`topic ${topic.name}`);
    else commands.push(createTopicCommand(topic));
  }
  return { created: [], existing, commands: [...commands, ...groups.map(createGroupCommand)] };
}
