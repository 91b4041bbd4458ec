import type { SubscriptionOptions } from '../../transport/subscription.js';
import type { BusTopology, GroupPlan, TopicPlan } from '../../transport/topology.js';

/**
 * What an app needs at the broker. The topics that it only subscribes to belong to the app that publishes on them, which alone knows their
 * kind: they stand with their groups.
 */
export function topologyOf(
  topics: readonly TopicPlan[],
  subscriptions: readonly SubscriptionOptions[],
): BusTopology {
  const groups = subscriptions.map(({ group, topics: subscribed, order = 'key' }): GroupPlan => ({
    name: group,
    topics: subscribed,
    order,
  }));
  return { topics, groups };
}
