import { Relay, TwoPhasePublisher } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, it } from 'vitest';

const shared = {
  bus: new MemoryMessageBus(),
  log: new InMemoryEventStore(),
  store: new InMemoryPublicationStore(),
  owner: 'one',
};
const makers: readonly [string, (options: typeof shared) => unknown][] = [
  ['a relay', (options) => new Relay(options)],
  ['a two-phase publisher', (options) => new TwoPhasePublisher(options)],
];

it.each(makers)('%s refuses an option that is none, or a word that it does not know', (what, make) => {
  const misspelled = { ...shared, sweepafter: 500 };
  expect(() => make(misspelled)).toThrow(
    expect.objectContaining({ code: 'invalid-options', option: 'sweepafter' }),
  );
  const wrong = { ...shared, startFrom: 'now' };
  expect(() => make(wrong)).toThrow(`"startFrom" of ${what} is "now". Give "beginning" or "from-now".`);
});

it.each(makers)('%s lets pass what the other one reads: both are given the same', (_, make) => {
  const all = { ...shared, sweepAfter: 500, fenceAfter: 900, startFrom: 'from-now', prepareTimeout: 50 };
  expect(() => make(all)).not.toThrow();
});
