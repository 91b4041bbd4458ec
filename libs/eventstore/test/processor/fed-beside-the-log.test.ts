import { describe, expect, it } from 'vitest';
import { isEventStoreError, type Commit, type RecordedEvent } from '@varve/eventstore';
import { InMemoryProcessorStore } from '@varve/eventstore/testing';
import { fedCommits, HandFeed } from './support/hand-feed.js';
import { Fixture, foldOf, listing, reacting, settle, turnUntil, type Options } from './support/fixture.js';

const ID = 'orders@1';

class FedFixture extends Fixture {
  readonly feed = new HandFeed();

  fed(options: Partial<Options> = {}) {
    return this.processor({ feed: this.feed, ...options });
  }

  /** Gives the feed commits of the log by their stream and first version. */
  async give(...names: readonly string[]): Promise<void> {
    const commits = await fedCommits(this.log);
    for (const name of names) {
      const commit = commits.find(({ stream, firstVersion }) => `${stream}@${firstVersion}` === name);
      if (!commit) throw new Error(`The log has no ${name}.`);
      this.feed.give(commit);
    }
  }

  versions(...streams: string[]): Promise<ReadonlyMap<string, number>> {
    return this.store.loadApplied(ID, streams);
  }
}

async function rested(fixture: FedFixture, processor = fixture.fed()) {
  await settle(processor);
  expect(fixture.feed.state).toBe('running');
  return processor;
}

describe('a processor that is fed beside the log', () => {
  it('applies what the feed brings at once, and leaves the position to the walker, who comes some seconds later and skips it', async () => {
    const fixture = new FedFixture();
    const processor = await rested(fixture);
    await fixture.append('order-1', 'placed');
    await fixture.append('order-2', 'placed');
    await fixture.give('order-2@1');
    await settle(processor);
    expect(fixture.rows()).toEqual({ 'order-2': [1] });
    expect(await fixture.position()).toBe(0);
    expect(fixture.feed.done).toEqual(['order-2@1']);
    for (let waited = 0; waited < 4; waited += 1) {
      fixture.time.sleep(1_000);
      await settle(processor);
    }
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1] });
    expect(await fixture.position()).toBe(2);
    expect(await fixture.versions('order-1', 'order-2')).toEqual(
      new Map([
        ['order-1', 1],
        ['order-2', 1],
      ]),
    );
  });

  it('walks no further than where the head was two seconds ago, by its own clock', async () => {
    const fixture = new FedFixture();
    const processor = await rested(fixture);
    await fixture.append('order-1', 'placed');
    fixture.time.sleep(1_000);
    await settle(processor);
    fixture.time.sleep(1_999);
    await fixture.append('order-2', 'placed');
    await settle(processor);
    expect(await fixture.position()).toBe(0);
    fixture.time.sleep(1);
    await settle(processor);
    expect(await fixture.position()).toBe(1);
  });

  it('opens the feed only when it has come to where the head was, at full speed', async () => {
    const fixture = new FedFixture();
    for (let order = 0; order < 20; order += 1) await fixture.append(`order-${order}`, 'placed');
    const processor = fixture.fed({ batch: { initial: 5, max: 5 } });
    for (const position of [5, 10, 15, 20]) {
      await processor.runOnce();
      expect([await fixture.position(), fixture.feed.state]).toEqual([position, 'closed']);
    }
    await processor.runOnce();
    expect(fixture.feed.state).toBe('running');
  });

  it('steps along the log alone, and up to its head, when it is asked to', async () => {
    const fixture = new FedFixture();
    const processor = await rested(fixture);
    await fixture.append('order-1', 'placed');
    expect(await processor.runOnce({ from: 'log' })).toMatchObject({ kind: 'progressed', to: 1 });
    expect(await processor.runOnce({ from: 'log' })).toEqual({ kind: 'caught-up', position: 1 });
  });

  it('hides positions from its handler, whichever source an event comes from', async () => {
    const fixture = new FedFixture();
    const seen: RecordedEvent[] = [];
    const handler: Options['handler'] = {
      effects: 'in-transaction',
      apply: (commits) => void seen.push(...commits.flatMap(({ events }) => events)),
    };
    await fixture.append('order-1', 'placed');
    const processor = await rested(fixture, fixture.fed({ handler }));
    await fixture.append('order-1', 'paid');
    await fixture.give('order-1@2');
    await settle(processor);
    expect(seen.map((event) => [event.version, 'position' in event])).toEqual([
      [1, false],
      [2, false],
    ]);
    const [first, second] = seen.map((event) => Object.keys(event).toSorted());
    expect(first).toEqual(second);
  });

  it('leaves the stream of a commit that fails to the walker, who parks it, and applies the others', async () => {
    const fixture = new FedFixture();
    let broken = true;
    const processor = await rested(
      fixture,
      fixture.fed({
        handler: listing(({ stream }) => broken && stream === 'order-2'),
        failurePolicy: { retries: 0, then: 'park' },
      }),
    );
    for (const stream of ['order-1', 'order-2', 'order-3']) await fixture.append(stream, 'placed');
    await fixture.append('order-2', 'paid');
    await fixture.give('order-1@1', 'order-2@1', 'order-2@2', 'order-3@1');
    await processor.runOnce();
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-3': [1] });
    expect(fixture.feed.done.toSorted()).toEqual(['order-1@1', 'order-3@1']);
    await settle(processor);
    expect(await fixture.position()).toBe(4);
    expect(await fixture.store.listParked(ID)).toMatchObject([{ stream: 'order-2', nextVersion: 1 }]);
    // On record: the messages may go.
    await settle(processor);
    expect(fixture.feed.done).toHaveLength(4);

    broken = false;
    await fixture.append('order-2', 'shipped');
    await fixture.give('order-2@3');
    await settle(processor);
    expect(fixture.feed.done).toContain('order-2@3');
    await fixture.store.request(ID, 'order-2', 'retry');
    await settle(processor);
    expect(fixture.rows()['order-2']).toEqual([1, 2]);
    processor.hurry();
    await settle(processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('stops with log-diverged when the log begins anew in the middle of what was applied', async () => {
    const fixture = new FedFixture();
    const processor = await rested(fixture);
    await fixture.append('order-1', 'placed', 'paid', 'shipped');
    const [commit] = (await fedCommits(fixture.log)) as [Omit<Commit, 'position'>];
    fixture.feed.give({ ...commit, lastVersion: 2, events: commit.events.slice(0, 2) });
    processor.hurry();
    const result = await settle(processor);
    expect(result.kind).toBe('stopped');
    expect(isEventStoreError('error' in result && result.error, 'log-diverged')).toBe(true);
    expect(fixture.feed.state).toBe('closed');
  });

  it('counts commits that its filter leaves out, so that they are no gap, from either source', async () => {
    const fixture = new FedFixture();
    const processor = await rested(
      fixture,
      fixture.fed({ filter: { categories: ['order'], types: ['paid'] } }),
    );
    await fixture.append('order-1', 'placed');
    await fixture.append('customer-1', 'paid');
    await fixture.append('order-1', 'paid');
    await fixture.append('order-1', 'shipped');
    await fixture.append('order-1', 'paid');
    await fixture.give('order-1@1', 'order-1@2');
    await settle(processor);
    expect(fixture.rows()).toEqual({ 'order-1': [2] });
    processor.hurry();
    await settle(processor);
    expect(fixture.rows()).toEqual({ 'order-1': [2, 4] });
    expect(await fixture.position()).toBe(5);
    expect(fixture.feed.session?.wants('customer-1')).toBe(false);
  });

  it('brings the versions of what the log alone has fed it, in stretches that are kept when it is interrupted', async () => {
    const fixture = new FedFixture();
    for (let order = 0; order < 10; order += 1) await fixture.append(`order-${order % 3}`, 'placed', 'paid');
    const first = fixture.processor();
    await settle(first);
    await first.stop();
    expect(await fixture.store.appliedUpTo(ID)).toBeUndefined();
    const second = fixture.fed({ batch: { initial: 4, max: 4 } });
    await second.runOnce();
    expect(await fixture.store.appliedUpTo(ID)).toBe(4);
    await second.stop();
    const third = fixture.fed({ batch: { initial: 4, max: 4 } });
    await settle(third);
    expect(fixture.feed.state).toBe('running');
    expect(await fixture.versions('order-0', 'order-1', 'order-2')).toEqual(
      new Map([
        ['order-0', 8],
        ['order-1', 6],
        ['order-2', 6],
      ]),
    );
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('goes back to the log alone, and to the feed again, and applies nothing twice', async () => {
    const fixture = new FedFixture();
    const fed = await rested(fixture);
    for (const stream of ['order-1', 'order-2', 'order-1']) await fixture.append(stream, 'changed');
    await fixture.give('order-1@1', 'order-1@2');
    await settle(fed);
    await fed.stop();
    const alone = fixture.processor();
    await settle(alone);
    await fixture.append('order-2', 'changed');
    await settle(alone);
    await alone.stop();
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    const again = await rested(fixture);
    await fixture.append('order-2', 'changed');
    await fixture.give('order-2@3', 'order-1@1');
    await settle(again);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('feeds nothing while the store is away, gives nothing back, and goes on when it is there', async () => {
    const fixture = new FedFixture();
    const processor = await rested(fixture);
    await fixture.append('order-1', 'placed');
    await fixture.give('order-1@1');
    fixture.store.transaction = () => Promise.reject(new Error('the disk is away'));
    expect(await processor.runOnce()).toMatchObject({ kind: 'unavailable' });
    expect([fixture.feed.state, fixture.feed.held.length]).toEqual(['paused', 1]);
    expect(await processor.runOnce()).toMatchObject({ kind: 'unavailable' });
    fixture.store.transaction = InMemoryProcessorStore.prototype.transaction;
    await settle(processor);
    await settle(processor);
    expect([fixture.feed.state, fixture.feed.held.length]).toEqual(['running', 0]);
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
  });

  it('closes the feed with its lease', async () => {
    const fixture = new FedFixture();
    const processor = await rested(fixture);
    await fixture.fed({ owner: 'two' }).pause('by hand');
    expect(await processor.runOnce()).toMatchObject({ kind: 'waiting' });
    fixture.time.sleep(1_000);
    expect(await processor.runOnce()).toMatchObject({ kind: 'lease-lost' });
    expect(fixture.feed.state).toBe('closed');
  });

  it('wakes up when the feed has something, and never for a lease or an outage', async () => {
    const fixture = new FedFixture();
    const processor = fixture.fed();
    processor.start();
    await turnUntil(() => fixture.feed.state === 'running');
    await turnUntil(() => fixture.time.pending === 1);
    await fixture.append('order-1', 'placed');
    await fixture.give('order-1@1');
    await turnUntil(() => {
      fixture.time.advance(0);
      return fixture.rows()['order-1'];
    });
    await processor.stop();
    expect(fixture.time.pending).toBe(0);
  });

  it('is refused where it cannot be right', () => {
    const fixture = new FedFixture();
    expect(() => fixture.fed({ order: 'log' })).toThrow(/order 'log' and a feed/);
    expect(() => fixture.fed({ handler: reacting(() => undefined) })).toThrow(/effects outside/);
    const store = Object.create(fixture.store, { saveApplied: { value: undefined } }) as Options['store'];
    expect(() => fixture.fed({ store })).toThrow(/keeps no applied versions/);
    expect(() => fixture.fed({ walkBehind: 0 })).toThrow(/walkBehind is 0/);
  });
});
