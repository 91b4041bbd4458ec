import { expect, test } from 'vitest';
import { defineEvent, EventRegistry, split, upcast, type RecordedEvent } from '@varve/eventstore';

const paid = (version: number) => defineEvent('order.paid', { version });

function stored(type: string, data: unknown): RecordedEvent {
  return { stream: 'order-1', version: 4, type, data, schemaVersion: 1, metadata: {}, at: new Date(0) };
}

test.each([
  ['returns a promise', () => Promise.resolve({}), /returned a promise: make it synchronous/],
  ['returns a promise that fails', () => Promise.reject(new Error('late')), /returned a promise/],
])('an upcaster or a split that %s is refused, and nobody gets the promise for data', (_, late, says) => {
  const upcasters = [
    upcast('order.paid', { from: 1, to: 2 }, late),
    split('order.settled', { from: 1, into: ['order.paid'] }, late as never),
  ];
  const registry = new EventRegistry([paid(2)], { upcasters });
  for (const type of ['order.paid', 'order.settled'])
    expect(() => registry.decode(stored(type, {}))).toThrow(says);
});

test('a split that returns one event and no array is refused with its place', () => {
  const one = () => ({ type: 'order.paid', schemaVersion: 2, data: {} });
  const upcasters = [
    upcast('order.paid', { from: 1, to: 2 }, (data) => data),
    split('order.settled', { from: 1, into: ['order.paid'] }, one as never),
  ];
  const registry = new EventRegistry([paid(2)], { upcasters });
  expect(() => registry.decode(stored('order.settled', {}))).toThrow(
    expect.objectContaining({
      code: 'event-undecodable',
      message: expect.stringContaining('the split of version 1 returned no array of events') as string,
    }),
  );
});
