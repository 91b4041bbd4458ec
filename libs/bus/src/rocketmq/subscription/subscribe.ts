import type { BusNotice } from '../../transport/bus-notice.js';
import { Delivering } from '../../transport/delivering.js';
import type { MessageHandler } from '../../transport/subscription.js';
import type { SubscriptionSettings } from '../../transport/subscription-settings.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { Administration } from '../admin/administration.js';
import { createGroupCommand } from '../admin/mqadmin-commands.js';
import { NEVER_BY_ITSELF } from '../admin/plans.js';
import type { StartPosition } from '../admin/start-position.js';
import { ConsumerClient } from '../client/consumer-client.js';
import { brokerName } from '../names.js';
import type { RocketMqSettings } from '../options.js';
import { within } from '../../transport/within.js';
import { TimeoutError } from '../timeout-error.js';
import { RocketMqSubscription, type RocketMqSubscriptionOptions } from './rocketmq-subscription.js';

export interface SubscribeOptions {
  readonly settings: RocketMqSettings;
  readonly notify: (notice: BusNotice) => void;
  readonly administration: Administration;
  readonly sendDeadLetter: RocketMqSubscriptionOptions['sendDeadLetter'];
  readonly onClosed: (subscription: RocketMqSubscription) => void;
}

export async function subscribe(
  subscription: SubscriptionSettings,
  handler: MessageHandler,
  { settings, administration, notify, sendDeadLetter, onClosed }: SubscribeOptions,
): Promise<RocketMqSubscription> {
  const topics = new Map(subscription.topics.map((topic) => [brokerName(topic), topic]));
  const group = brokerName(subscription.group);
  const client = await openConsumer(group, [...topics.keys()], { settings, notify });
  try {
    const position = { group, topics: [...topics.keys()], from: subscription.startFrom };
    await takePosition(position, administration, notify);
    if (subscription.order === 'key') await warnOfDisorder(client, subscription, notify);
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  const delivering = new Delivering(subscription, handler, { random: settings.random, notify });
  const opened: RocketMqSubscription = new RocketMqSubscription({
    client,
    topics,
    delivering,
    settings,
    notify,
    sendDeadLetter,
    onClosed: () => onClosed(opened),
  });
  return opened;
}

async function takePosition(
  position: StartPosition,
  administration: Administration,
  notify: (notice: BusNotice) => void,
): Promise<void> {
  if (administration.isPossible) {
    await administration.setStartPosition(position).catch((error: unknown) => {
      if (position.from === 'latest') throw error;
      notify({ kind: 'trouble', what: `giving group "${position.group}" its first position`, error });
    });
  } else if (position.from === 'latest') {
    throw new InvalidBusOptionsError(
      'startFrom',
      '"startFrom" is "latest", which the gRPC proxy knows nothing of. Set "adminAddress" of the RocketMQ bus, or start with "earliest".',
    );
  }
}

async function warnOfDisorder(
  client: ConsumerClient,
  { group, topics }: SubscriptionSettings,
  notify: (notice: BusNotice) => void,
): Promise<void> {
  if (client.isOrderly) return;
  for (const topic of topics) {
    if (!(await client.isFifo(brokerName(topic)))) continue;
    const command = createGroupCommand({
      name: brokerName(group),
      isOrderly: true,
      retryMax: NEVER_BY_ITSELF,
    });
    const error = new Error(
      `Group "${group}" is not orderly, so the messages of "${topic}" come in any order: ${command}`,
    );
    notify({ kind: 'trouble', what: `group "${group}"`, error });
    return;
  }
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
    const { timers, connectTimeout } = settings;
    await within(timers, connectTimeout, client.open(topics), () => new TimeoutError(connectTimeout));
    return client;
  } catch (error) {
    await client.shutdown();
    throw error;
  }
}
