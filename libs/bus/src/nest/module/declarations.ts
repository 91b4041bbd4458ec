import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { EventStoreError } from '@varve/eventstore';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { subscriberDefinitionOf, type SubscriberDefinition } from '../subscriber/subscriber-definition.js';
import { subscriberOptionsOf } from '../subscriber/subscriber.decorator.js';
import { DEFAULT_BUS } from './tokens.js';

/** Left behind by `forRoot`, to be found by name before anything is made. */
export class BusDeclaration {
  constructor(
    readonly busName: string,
    readonly log: string | undefined,
  ) {}
}

/** Left behind by `forFeature`: a bus has the subscribers of all of them, whatever the order of the modules. */
export class SubscribersDeclaration {
  constructor(
    readonly subscribers: readonly Type<object>[],
    /** Categories after which the topics are named that the feature publishes on, by the kind of the topic. */
    readonly publishes: Readonly<Record<'ordered' | 'delayed', readonly string[]>>,
  ) {}
}

export function busDeclarationsOf(discovery: DiscoveryService): readonly BusDeclaration[] {
  return instancesOf(discovery).filter((each) => each instanceof BusDeclaration);
}

/** The classes that the app's modules have declared, each once. */
export function declaredSubscribers(discovery: DiscoveryService): readonly Type<object>[] {
  return [...new Set(featuresOf(discovery).flatMap(({ subscribers }) => subscribers))];
}

/** The categories after which the topics of this kind are named that features publish on, on the bus of this name. */
export function publishedByFeatures(
  busName: string,
  kind: 'ordered' | 'delayed',
  discovery: DiscoveryService,
): readonly string[] {
  const onBus = featuresOf(discovery).filter(({ subscribers: [first] }) => {
    return (first === undefined ? DEFAULT_BUS : busNameOf(first)) === busName;
  });
  return [...new Set(onBus.flatMap(({ publishes }) => publishes[kind]))];
}

export function busNameOf(subscriber: Type<object>): string {
  return subscriberOptionsOf(subscriber)?.bus ?? DEFAULT_BUS;
}

/**
 * The subscribers of one bus.
 *
 * @throws InvalidBusOptionsError a class is no singleton
 * @throws EventStoreError `duplicate-handler`: two subscribers have one group, and each would get a part of the messages
 */
export function subscribersOf(busName: string, discovery: DiscoveryService): readonly SubscriberDefinition[] {
  const groups = new Map<string, string>();
  return declaredSubscribers(discovery)
    .filter((subscriber) => busNameOf(subscriber) === busName)
    .map((subscriber) => {
      const definition = subscriberDefinitionOf(instanceOf(subscriber, discovery));
      const { group } = definition.options;
      const other = groups.get(group);
      if (other !== undefined) throw duplicateGroup(group, [other, definition.name]);
      groups.set(group, definition.name);
      return definition;
    });
}

function featuresOf(discovery: DiscoveryService): readonly SubscribersDeclaration[] {
  return instancesOf(discovery).filter((each) => each instanceof SubscribersDeclaration);
}

function instancesOf(discovery: DiscoveryService): readonly unknown[] {
  return discovery.getProviders().map((wrapper) => wrapper.instance as unknown);
}

function instanceOf(subscriber: Type<object>, discovery: DiscoveryService): object {
  const wrapper = discovery.getProviders().find(({ metatype }) => metatype === subscriber);
  if (wrapper && !wrapper.isTransient && wrapper.isDependencyTreeStatic()) return wrapper.instance as object;
  throw new InvalidBusOptionsError(
    'forFeature',
    `${subscriber.name} is request-scoped or transient, or depends on something request-scoped. A subscriber is a singleton: there is no request, take what it needs from the event's metadata.`,
  );
}

function duplicateGroup(group: string, [one, other]: readonly [string, string]): EventStoreError {
  return new EventStoreError(
    'duplicate-handler',
    `The group "${group}" has two subscribers, ${one} and ${other}: each would get a part of the messages. Give each its own group, or put what both do into one.`,
  );
}
