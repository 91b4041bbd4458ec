import {
  BusError,
  DEFAULT_RETRY_POLICY,
  MessageRejectedError,
  settle,
  SubscriberHangsError,
  subscriptionSettings,
  type SubscriptionOptions,
} from '@varve/bus';
import { describe, expect, test } from 'vitest';

const temporary = new Error('the stock service is down');
const permanent = new BusError('broker-refused', 'never');
const poison = new MessageRejectedError('no CloudEvent');

function settlement(error: unknown, attempt: number, options: Partial<SubscriptionOptions> = {}): string {
  const settings = subscriptionSettings({ topics: ['t'], group: 'g', ...options });
  return settle({ error, attempt }, settings, () => 0.5).kind;
}

describe('A message that fails', () => {
  test('is tried again as often as the policy says, and then given up on', () => {
    expect(settlement(temporary, 1, { retry: { retries: 2 } })).toBe('retry');
    expect(settlement(temporary, 2, { retry: { retries: 2 } })).toBe('retry');
    expect(settlement(temporary, 3, { retry: { retries: 2 } })).toBe('dead-letter');
    expect(settlement(temporary, 1, { retry: { retries: 0 } })).toBe('dead-letter');
  });

  test('is given up on at once where trying again cannot help', () => {
    expect(settlement(poison, 1)).toBe('dead-letter');
    expect(settlement(permanent, 1)).toBe('dead-letter');
    expect(settlement(poison, 1, { onPoison: 'drop' })).toBe('drop');
  });

  test('because the app has ended is tried again, also when it was the last try', () => {
    const hangs = new SubscriberHangsError(['subscriber "Mail" has not ended']);
    expect(settlement(hangs, 1, { retry: { retries: 0 } })).toBe('retry');
    expect(settlement(hangs, 99, { retry: { retries: 2 } })).toBe('retry');
  });

  test('is tried for ever where nothing may drift away, unless nobody can read it', () => {
    const options = { onFailure: 'retry-for-ever', retry: { retries: 1 } } as const;
    expect(settlement(temporary, 1_000, options)).toBe('retry');
    expect(settlement(permanent, 1_000, options)).toBe('retry');
    expect(settlement(poison, 1, options)).toBe('dead-letter');
  });

  test('waits between a tenth and all of a bound that doubles up to the longest delay', () => {
    const settings = subscriptionSettings({ topics: ['t'], group: 'g' });
    for (const [attempt, bound] of [
      [1, 200],
      [2, 400],
      [8, 25_600],
      [9, 30_000],
      [10, 30_000],
    ] as const) {
      const delays = [0, 1].map((random) => settle({ error: temporary, attempt }, settings, () => random));
      expect(delays).toMatchObject([{ delay: bound / 10 }, { delay: bound }]);
    }
    expect(settings.retry).toEqual(DEFAULT_RETRY_POLICY);
  });
});

test.each([
  ['topics', { topics: [] }],
  ['topics', { topics: ['t', 't'] }],
  ['group', { group: '' }],
  ['maxInFlight', { maxInFlight: 0 }],
  ['maxInFlight', { maxInFlight: 10_001 }],
  ['order', { order: 'any' as never }],
  ['maxInflight', { ...{ maxInflight: 1 } }],
  ['retry', { retry: null as never }],
  ['retry.maxRetries', { retry: { ...{ maxRetries: 1 } } }],
  ['retry.retries', { retry: { retries: -1 } }],
  ['retry.firstDelay', { retry: { firstDelay: Number.NaN } }],
])('A subscription refuses %s in %j', (option, options) => {
  const make = () =>
    subscriptionSettings({ topics: ['t'], group: 'g', ...(options as Partial<SubscriptionOptions>) });
  expect(make).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
});
