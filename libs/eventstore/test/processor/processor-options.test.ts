import { describe, expect, it } from 'vitest';
import { currentContext, type EventStore } from '@varve/eventstore';
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
    ['batches larger than a log reads', { batch: { max: 10_001 } }, 'batch.max'],
    ['batches of nothing', { batch: { initial: 0 } }, 'batch.initial'],
    ['an empty id', { id: '' }, 'id'],
  ])('refuse %s', (_, options, option) => {
    expect(() => new Fixture().processor(options)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option }),
    );
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
