import { describe, expect, it } from 'vitest';
import {
  currentContext,
  DEFAULT_FAILURE_POLICY,
  failurePolicyFrom,
  type EventStore,
  type FailurePolicy,
} from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { Fixture, reacting, settle, type Options } from './support/fixture.js';

describe('a processor’s options', () => {
  it.each<[string, Partial<Options>, string]>([
    [
      'to park where the order of the whole log matters',
      { order: 'log', failurePolicy: { then: 'park' } },
      'failurePolicy.then',
    ],
    ['a lease of no duration', { leaseDuration: 0 }, 'leaseDuration'],
    ['a negative number of retries', { failurePolicy: { retries: -1 } }, 'failurePolicy.retries'],
    ['a wait that is no number', { failurePolicy: { firstDelay: Number.NaN } }, 'failurePolicy.firstDelay'],
    [
      'an end of the policy that there is none of',
      { failurePolicy: { then: 'skip' } as unknown as Partial<FailurePolicy> },
      'failurePolicy.then',
    ],
    [
      'a part of the policy that there is none of',
      { failurePolicy: { retires: 3 } as Partial<FailurePolicy> },
      'failurePolicy.retires',
    ],
    ['batches larger than a log reads', { batch: { max: 10_001 } }, 'batch.max'],
    ['batches of nothing', { batch: { initial: 0 } }, 'batch.initial'],
    ['an empty id', { id: '' }, 'id'],
    ['a name that is none', { leaseTime: 5_000 } as Partial<Options>, 'leaseTime'],
    ['a word that is none', { startFrom: 'now' } as unknown as Partial<Options>, 'startFrom'],
  ])('refuse %s', (_, options, option) => {
    expect(() => new Fixture().processor(options)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option }),
    );
  });

  it('take what is given as undefined for not given: nothing is parked that nobody asked to park', () => {
    const nothing = { retries: undefined, then: undefined } as unknown as Partial<FailurePolicy>;
    expect(failurePolicyFrom({ retries: 2 }, nothing)).toEqual({ ...DEFAULT_FAILURE_POLICY, retries: 2 });
    expect(() => new Fixture().processor({ order: 'log', failurePolicy: nothing })).not.toThrow();
  });

  it('refuse a log that a power cut may shorten, unless the read models go with it', () => {
    const log: EventStore = Object.defineProperty(new InMemoryEventStore(), 'durability', {
      value: 'process-crash',
    });
    const fixture = new Fixture();
    expect(() => fixture.processor({ log })).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'durability' }),
    );
    expect(() => fixture.processor({ log, sharesLogTransaction: true })).not.toThrow();
  });
});

describe('the context of a reaction', () => {
  it('is that of its event: the same correlation, and the event as the cause', async () => {
    const fixture = new Fixture();
    await fixture.log.append('order-1', 'any', [
      { type: 'placed', data: {}, metadata: { correlationId: 'request-7', actor: 'ann', tenant: 'acme' } },
    ]);
    const contexts: unknown[] = [];
    await settle(fixture.processor({ handler: reacting(() => void contexts.push(currentContext())) }));
    expect(contexts).toEqual([
      { correlationId: 'request-7', causationId: 'order-1@1', actor: 'ann', tenant: 'acme' },
    ]);
  });
});
