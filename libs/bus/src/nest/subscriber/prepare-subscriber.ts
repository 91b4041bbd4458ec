import type { EventRegistry, LogReader } from '@varve/eventstore';
import type { TopicNaming } from '../../message/topic-naming.js';
import type { MessageHandler, SubscriptionOptions } from '../../transport/subscription.js';
import { subscriptionSettings } from '../../transport/subscription-settings.js';
import { EventDecoder } from './event-decoder.js';
import { eventHandler, messageHandler } from './message-handler.js';
import type { SubscriberDefinition } from './subscriber-definition.js';

export interface SubscribersParts {
  readonly naming: TopicNaming;
  /** Before the name of its group. */
  readonly groupPrefix: string;
  readonly registry: EventRegistry | undefined;
  /** Those in which commits are looked up that were too large for the bus. */
  readonly logs: () => readonly LogReader[];
}

/** A subscriber of this app, ready to run. */
export interface PreparedSubscriber {
  readonly name: string;
  readonly options: SubscriptionOptions;
  readonly handler: MessageHandler;
}

/** @throws InvalidBusOptionsError, UnknownEventTypeError what is wrong with it */
export function prepareSubscriber(
  definition: SubscriberDefinition,
  parts: SubscribersParts,
): PreparedSubscriber {
  const { bus: _bus, categories = [], topics = [], ...rest } = definition.options;
  const ofCategories = categories.map((category) => parts.naming.topicOf(`${category}-`));
  const group = parts.groupPrefix + rest.group;
  const options = { ...rest, group, topics: [...new Set([...topics, ...ofCategories])] };
  subscriptionSettings(options);
  const handler = definition.onMessage
    ? messageHandler(definition.onMessage)
    : eventHandler(definition, new EventDecoder(definition.references, parts.registry), parts.logs);
  return { name: definition.name, options, handler };
}
