import type { BusTopology, TopologyProblem } from './topology.js';

export interface SubscribedTopic {
  readonly name: string;
  readonly group: string;
}

/** Those that groups subscribe to and that are not planned: they belong to the app that publishes on them. */
export function subscribedTopics({ topics, groups }: BusTopology): readonly SubscribedTopic[] {
  const planned = new Set(topics.map(({ name }) => name));
  const all = groups.flatMap((group) => group.topics.map((name) => ({ name, group: group.name })));
  return all.filter(({ name }) => !planned.has(name));
}

/** Of one that is not there. `name` is that at the broker. */
export function missingSubscribed(name: string, group: string): TopologyProblem {
  return {
    subject: `topic ${name}`,
    problem: `group "${group}" subscribes to it, and it does not exist`,
    whatToDo: 'Is it spelled right? If so, run "varve bus setup" of the app that publishes on it.',
  };
}
