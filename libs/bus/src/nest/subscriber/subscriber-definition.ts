import { methodsOf } from '@varve/eventstore/nest';
import type { Message } from '../../message/message.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { MessageContext } from '../../transport/subscription.js';
import {
  handledBy,
  typeOfReference,
  type EventContext,
  type EventReference,
} from './on-message.decorator.js';
import { subscriberOptionsOf, type SubscriberOptions } from './subscriber.decorator.js';

export type EventMethod = (event: object, context: EventContext) => unknown;
export type MessageMethod = (message: Message, context: MessageContext) => unknown;

/** What a decorated provider wants, bound to its instance. */
export interface SubscriberDefinition {
  /** The name of its class, for messages. */
  readonly name: string;
  readonly options: SubscriberOptions;
  /** It is given every message as it came, or events by their type; never both. */
  readonly onMessage?: MessageMethod;
  readonly onEvent: ReadonlyMap<string, EventMethod>;
  readonly references: readonly EventReference[];
}

/** @throws InvalidBusOptionsError it handles nothing, or something twice */
export function subscriberDefinitionOf(instance: object): SubscriberDefinition {
  const { name } = instance.constructor;
  const options = subscriberOptionsOf(instance.constructor);
  if (!options) throw invalid(`${name} is no @Subscriber. Decorate it, or leave it out.`);
  const onEvent = new Map<string, EventMethod>();
  const onMessage: MessageMethod[] = [];
  const references: EventReference[] = [];
  for (const [methodName, method] of methodsOf(instance)) {
    const handled = handledBy(instance, methodName);
    if (handled === undefined) continue;
    if (handled === 'message') {
      onMessage.push(method.bind(instance) as MessageMethod);
      continue;
    }
    for (const reference of handled) {
      const type = typeOfReference(reference);
      if (onEvent.has(type))
        throw invalid(`${name} handles "${type}" twice, the second time in ${String(methodName)}().`);
      onEvent.set(type, method.bind(instance) as EventMethod);
      references.push(reference);
    }
  }
  const [first] = onMessage;
  if (!first && onEvent.size === 0) throw invalid(`${name} handles nothing: give a method @OnMessage.`);
  if (onMessage.length > 1)
    throw invalid(`${name} has two methods for every message. Put what both do into one.`);
  if (first && onEvent.size > 0)
    throw invalid(`${name} has a method for every message and others for some. Make two subscribers of it.`);
  return { name, options, onEvent, references, ...(first && { onMessage: first }) };
}

function invalid(message: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError('OnMessage', message);
}
