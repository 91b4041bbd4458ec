import { givenOptions, shownOption } from '@varve/eventstore';
import { InvalidBusOptionsError } from './errors.js';
import { assertKnownOptions } from '../message/known-options.js';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.js';
import type { SubscriptionOptions } from './subscription.js';

/** The most that `maxInFlight` of a subscription may be, in messages. */
export const MAX_IN_FLIGHT = 10_000;
/** The default of `maxInFlight` of a subscription, in messages. */
export const DEFAULT_MAX_IN_FLIGHT = 64;

const SUBSCRIPTION = 'a subscription';
/** The names of all options of a subscription, to tell a misspelled one by. */
export const KNOWN_SUBSCRIPTION = {
  topics: true,
  group: true,
  order: true,
  maxInFlight: true,
  retry: true,
  startFrom: true,
  onPoison: true,
  onFailure: true,
} as const;
const KNOWN_RETRY = { retries: true, firstDelay: true, maxDelay: true } as const;

/** The options with every default filled in. */
export interface SubscriptionSettings extends Required<SubscriptionOptions> {
  readonly retry: RetryPolicy;
}

/**
 * For adapters: the options of a subscription with every default filled in, checked.
 *
 * @throws InvalidBusOptionsError naming the first option that is none
 */
export function subscriptionSettings(options: SubscriptionOptions): SubscriptionSettings {
  assertKnownOptions<SubscriptionOptions>(SUBSCRIPTION, options, KNOWN_SUBSCRIPTION);
  if (options.retry !== undefined)
    assertKnownOptions<RetryPolicy>(SUBSCRIPTION, options.retry, KNOWN_RETRY, 'retry');
  const settings: SubscriptionSettings = {
    topics: options.topics,
    group: options.group,
    order: options.order ?? 'key',
    maxInFlight: options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT,
    retry: { ...DEFAULT_RETRY_POLICY, ...givenOptions(options.retry ?? {}) },
    startFrom: options.startFrom ?? 'earliest',
    onPoison: options.onPoison ?? 'dead-letter',
    onFailure: options.onFailure ?? 'retry-then-dead-letter',
  };
  assertNames(settings);
  assertChoice('order', settings.order, ['key', 'none']);
  assertChoice('startFrom', settings.startFrom, ['earliest', 'latest']);
  assertChoice('onPoison', settings.onPoison, ['dead-letter', 'drop']);
  assertChoice('onFailure', settings.onFailure, ['retry-then-dead-letter', 'retry-for-ever']);
  assertWhole('maxInFlight', settings.maxInFlight, 1, MAX_IN_FLIGHT);
  assertWhole('retry.retries', settings.retry.retries, 0);
  assertDelay('retry.firstDelay', settings.retry.firstDelay);
  assertDelay('retry.maxDelay', settings.retry.maxDelay);
  return settings;
}

function assertNames({ topics, group }: SubscriptionSettings): void {
  if (!Array.isArray(topics) || topics.length === 0 || !topics.every((topic) => isName(topic))) {
    throw invalid('topics', topics, 'Name at least one topic.');
  }
  if (new Set(topics).size !== topics.length) throw invalid('topics', topics, 'Name each topic once.');
  if (!isName(group)) throw invalid('group', group, 'Name the group whose subscriptions share the messages.');
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '';
}

function assertChoice(option: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
    throw invalid(option, value, `Use ${choices.map((one) => `"${one}"`).join(' or ')}.`);
}

function assertWhole(option: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw invalid(
    option,
    value,
    `Use a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}.`,
  );
}

function assertDelay(option: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) throw invalid(option, value, 'Use milliseconds, from 0.');
}

function invalid(option: string, value: unknown, whatToDo: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(
    option,
    `"${option}" of ${SUBSCRIPTION} is ${shownOption(value)}. ${whatToDo}`,
  );
}
