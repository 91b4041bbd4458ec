import type { BusNotice } from '../../transport/bus-notice.js';
import { Delivering } from '../../transport/delivering.js';
import type { MessageHandler } from '../../transport/subscription.js';
import type { SubscriptionSettings } from '../../transport/subscription-settings.js';
import { ConsumerClient } from '../client/consumer-client.js';
import { brokerName } from '../names.js';
import type { RocketMqSettings } from '../options.js';
import { within } from '../within.js';
import { RocketMqSubscription } from './rocketmq-subscription.js';

export interface SubscribeOptions {
  readonly settings: RocketMqSettings;
  readonly notify: (notice: BusNotice) => void;
  readonly onClosed: (subscription: RocketMqSubscription) => void;
}

export async function subscribe(
  subscription: SubscriptionSettings,
  handler: MessageHandler,
  { settings, notify, onClosed }: SubscribeOptions,
): Promise<RocketMqSubscription> {
  const topics = new Map(subscription.topics.map((topic) => [brokerName(topic), topic]));
  const client = await openConsumer(brokerName(subscription.group), [...topics.keys()], { settings, notify });
  const delivering = new Delivering(subscription, handler, { random: settings.random, notify });
  const opened: RocketMqSubscription = new RocketMqSubscription({
    client,
    topics,
    delivering,
    settings,
    notify,
    onClosed: () => onClosed(opened),
  });
  return opened;
}

/** Leaves nothing behind when it fails. */
export async function openConsumer(
  group: string,
  topics: readonly string[],
  { settings, notify }: Pick<SubscribeOptions, 'settings' | 'notify'>,
): Promise<ConsumerClient> {
  const onBroken = (error: unknown): void =>
    notify({ kind: 'disconnected', what: `group "${group}"`, error });
  const client = new ConsumerClient({ settings, group, onBroken });
  try {
    await within(settings.timers, settings.connectTimeout, client.open(topics));
    return client;
  } catch (error) {
    await client.shutdown();
    throw error;
  }
}
