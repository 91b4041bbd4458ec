import { shownOption } from '@varve/eventstore';
import { assertCategory } from '../../message/category.js';
import { assertKnownOptions } from '../../message/known-options.js';
import type { SubscriptionOptions } from '../../transport/subscription.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { KNOWN_SUBSCRIPTION } from '../../transport/subscription-settings.js';

/** `topics`, `categories`, or both. */
export interface SubscriberOptions extends Partial<Omit<SubscriptionOptions, 'group'>> {
  /** Instances with one group share the messages; two subscribers of one app have two groups. */
  readonly group: string;
  /** Topics by their names at the broker. */
  readonly topics?: readonly string[];
  /** The categories whose streams are meant; the bus's naming tells their topics. */
  readonly categories?: readonly string[];
  /** Which bus, when the app has several. */
  readonly bus?: string;
}

const SUBSCRIBER = Symbol.for('@varve/bus:subscriber');

const KNOWN = { ...KNOWN_SUBSCRIPTION, categories: true, bus: true } as const;

/**
 * A provider whose `@OnMessage` methods are given what arrives on a bus, at least once. What a method throws decides: temporary errors are
 * tried again, others end in the dead letters of the group.
 */
export function Subscriber(options: SubscriberOptions): ClassDecorator {
  assertOptions(options);
  return (target) => {
    Reflect.defineMetadata(SUBSCRIBER, options, target);
  };
}

export function subscriberOptionsOf(target: object): SubscriberOptions | undefined {
  return Reflect.getMetadata(SUBSCRIBER, target) as SubscriberOptions | undefined;
}

function assertOptions(options: SubscriberOptions): void {
  assertKnownOptions<SubscriberOptions>('@Subscriber', options, KNOWN);
  for (const name of ['group', 'bus'] as const) {
    const value: unknown = options[name];
    if (name === 'bus' && value === undefined) continue;
    if (typeof value !== 'string' || value === '')
      throw invalid(name, `is ${shownOption(value)}`, 'Give a text');
  }
  for (const name of ['topics', 'categories'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && !isNames(value))
      throw invalid(name, `is ${shownOption(value)}`, 'Give an array of names');
  }
  for (const category of options.categories ?? []) assertCategory('categories', category);
  if (!options.topics?.length && !options.categories?.length)
    throw invalid('topics', 'and categories name nothing', 'Say what to subscribe to');
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
}

function invalid(option: string, problem: string, remedy: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(option, `Option ${option} of @Subscriber ${problem}. ${remedy}.`);
}
