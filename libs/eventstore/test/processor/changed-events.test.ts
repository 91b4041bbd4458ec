import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '@varve/eventstore';
import type { MemoryTransaction } from '@varve/eventstore/testing';
import { Fixture, reacting, settle, turnUntil, type Options } from './support/fixture.js';
import { fedCommits, HandFeed } from './support/hand-feed.js';

const ID = 'orders@1';
const NEVER_RETRY = { retries: 0 };

/** Streams `order-1` to `order-4`, each with one event that says 10. */
async function fourAmounts(): Promise<Fixture> {
  const fixture = new Fixture();
  for (const order of [1, 2, 3, 4])
    await fixture.log.append(`order-${order}`, 'any', [
      { type: 'paid', data: { amount: 10, tags: ['new'] } },
    ]);
  return fixture;
}

interface Amount {
  amount: number;
  tags: string[];
}

/** Changes what it is given, and writes down what that was. */
function change({ stream, data }: RecordedEvent, tx: MemoryTransaction): void {
  const given = data as Amount;
  tx.set(stream, { ...given, tags: [...given.tags] });
  given.amount *= 100;
  given.tags.push('seen');
}

function changing(fails: (stream: string) => boolean): Options['handler'] {
  return {
    effects: 'in-transaction',
    apply(commits, tx) {
      for (const { events } of commits) {
        for (const event of events) {
          change(event, tx);
          if (fails(event.stream)) throw new Error(`cannot apply ${event.stream}`);
        }
      }
    },
  };
}

const AS_RECORDED = { amount: 10, tags: ['new'] };

function expectAsRecorded(fixture: Fixture, ...orders: readonly number[]): void {
  for (const order of orders) expect(fixture.store.read(`order-${order}`)).toEqual(AS_RECORDED);
}

describe('a handler that changes what it is given and then throws', () => {
  it('gets every event of the batch as it was recorded when they are applied one by one', async () => {
    const fixture = await fourAmounts();
    const handler = changing((stream) => stream === 'order-3');
    const processor = fixture.processor({ handler, failurePolicy: { ...NEVER_RETRY, then: 'park' } });
    await settle(processor);
    expect(await fixture.store.listParked(ID)).toHaveLength(1);
    expectAsRecorded(fixture, 1, 2, 4);
  });

  it('gets the commit as it was recorded at each retry', async () => {
    const fixture = await fourAmounts();
    let failures = 4;
    const handler = changing((stream) => stream === 'order-3' && failures-- > 0);
    const processor = fixture.processor({ handler, random: () => 0 });
    const step = processor.runOnce();
    await turnUntil(async () => {
      fixture.time.advance(0);
      return (await fixture.position()) === 4;
    });
    expect(await step).toMatchObject({ kind: 'progressed', to: 4, events: 4 });
    expectAsRecorded(fixture, 1, 2, 3, 4);
  });

  it('reacts at each retry to the event as it was recorded', async () => {
    const fixture = await fourAmounts();
    const seen: number[] = [];
    let failures = 2;
    const handler = reacting(({ data }) => {
      const given = data as Amount;
      seen.push(given.amount);
      given.amount *= 100;
      if (failures-- > 0) throw new Error('no carrier');
    });
    const processor = fixture.processor({ handler, random: () => 0 });
    const step = processor.runOnce();
    await turnUntil(async () => {
      fixture.time.advance(0);
      return (await fixture.position()) === 4;
    });
    await step;
    expect(seen).toEqual([10, 10, 10, 10, 10, 10]);
  });

  it('gets what waits of a parked stream as it was recorded when it is retried one by one', async () => {
    const fixture = new Fixture();
    for (let version = 1; version <= 3; version += 1)
      await fixture.log.append('order-1', 'any', [{ type: 'paid', data: { amount: 10, tags: ['new'] } }]);
    const poison = new Set([1]);
    const seen: (readonly [number, number])[] = [];
    const handler: Options['handler'] = {
      effects: 'in-transaction',
      apply(commits) {
        for (const { events } of commits) {
          for (const { version, data } of events) {
            const given = data as Amount;
            seen.push([version, given.amount]);
            given.amount *= 100;
            if (poison.has(version)) throw new Error(`cannot apply version ${version}`);
          }
        }
      },
    };
    const processor = fixture.processor({ handler, failurePolicy: { ...NEVER_RETRY, then: 'park' } });
    await settle(processor);
    poison.clear();
    poison.add(3);
    await fixture.store.request(ID, 'order-1', 'retry');
    await settle(processor);
    expect(await fixture.store.listParked(ID)).toMatchObject([{ nextVersion: 3 }]);
    expect(seen.every(([, amount]) => amount === 10)).toBe(true);
  });

  it('gets what was fed beside the log as it was recorded when it is applied one by one', async () => {
    const fixture = new Fixture();
    const feed = new HandFeed();
    const handler = changing((stream) => stream === 'order-3');
    const processor = fixture.processor({ feed, handler, failurePolicy: { ...NEVER_RETRY, then: 'park' } });
    await settle(processor);
    for (const order of [1, 2, 3, 4])
      await fixture.log.append(`order-${order}`, 'any', [
        { type: 'paid', data: { amount: 10, tags: ['new'] } },
      ]);
    feed.give(...(await fedCommits(fixture.log)));
    await processor.runOnce();
    expect(feed.left).toEqual(['order-3']);
    expectAsRecorded(fixture, 1, 2, 4);
  });

  it('leaves the versions of a batch complete that are kept for a feed, though a commit in its middle was retried', async () => {
    const fixture = await fourAmounts();
    let failures = 3;
    const handler = changing((stream) => stream === 'order-2' && failures-- > 0);
    const processor = fixture.processor({ feed: new HandFeed(), handler, random: () => 0 });
    const step = processor.runOnce();
    await turnUntil(async () => {
      fixture.time.advance(0);
      return (await fixture.position()) === 4;
    });
    await step;
    const streams = ['order-1', 'order-2', 'order-3', 'order-4'];
    expect([...(await fixture.store.loadApplied(ID, streams)).values()]).toEqual([1, 1, 1, 1]);
    expectAsRecorded(fixture, 1, 2, 3, 4);
  });

  it('costs no second read of the log as long as nothing fails', async () => {
    const fixture = await fourAmounts();
    const readAll = fixture.log.readAll.bind(fixture.log);
    let reads = 0;
    fixture.log.readAll = (...args) => {
      reads += 1;
      return readAll(...args);
    };
    await fixture.processor({ handler: changing(() => false) }).runOnce();
    expect(reads).toBe(1);
    expectAsRecorded(fixture, 1, 2, 3, 4);
  });
});
