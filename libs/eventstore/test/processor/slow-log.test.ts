import type { LogReader } from '@varve/eventstore';
import { describe, expect, it } from 'vitest';
import { fedCommits, HandFeed } from './support/hand-feed.js';
import { Fixture, foldOf, Gate, listing, settle, turnUntil, type Options } from './support/fixture.js';

/** A log that is a round trip away: each of its pages comes when its gate is opened. */
class FarLog {
  /** Those that were asked for and have not come, oldest first. */
  readonly asked: { readonly after: number; readonly gate: Gate }[] = [];
  isFar = false;
  readonly reader: LogReader;

  constructor(log: LogReader) {
    this.reader = new Proxy(log, {
      get: (target, key) => {
        if (key === 'readAll')
          return (...[after, options]: Parameters<LogReader['readAll']>) =>
            this.#read(target, after, options);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  open(): void {
    this.asked.shift()?.gate.open();
  }

  async *#read(...[log, ...request]: [LogReader, ...Parameters<LogReader['readAll']>]) {
    for await (const batch of log.readAll(...request)) {
      if (this.isFar) await this.#arrival(request[0]);
      yield batch;
    }
  }

  #arrival(after: number): Promise<unknown> {
    const gate = new Gate();
    this.asked.push({ after, gate });
    return gate.pass();
  }
}

class FarFixture extends Fixture {
  readonly feed = new HandFeed();
  readonly far = new FarLog(this.log);

  fed(options: Partial<Options> = {}) {
    return this.processor({ feed: this.feed, log: this.far.reader, ...options });
  }

  /** Everything that is in the log and was not given yet, as a bus brings it. */
  async give(stream: string): Promise<void> {
    const commits = await fedCommits(this.log);
    this.feed.give(...commits.filter((commit) => commit.stream === stream));
  }
}

describe('a processor whose log is slow to answer', () => {
  it('applies what comes beside the log while a page is on its way, and walks on when it has come', async () => {
    const fixture = new FarFixture();
    const processor = fixture.fed();
    await settle(processor);
    for (const stream of ['order-1', 'order-2']) await fixture.append(stream, 'placed');
    fixture.far.isFar = true;
    processor.hurry();
    const waiting = processor.runOnce();
    await turnUntil(() => fixture.far.asked.length === 1);

    for (const version of [1, 2, 3]) {
      if (version > 1) await fixture.append('order-2', 'changed');
      await fixture.give('order-2');
      if (version === 1) expect(await waiting).toMatchObject({ kind: 'waiting', lookAgainIn: 0 });
      expect(await processor.runOnce()).toMatchObject({ kind: 'progressed', events: 1 });
      expect(fixture.rows()['order-2']).toHaveLength(version);
    }
    expect([fixture.far.asked.length, await fixture.position()]).toEqual([1, 0]);

    fixture.far.isFar = false;
    fixture.far.open();
    await settle(processor);
    expect(await fixture.position()).toBe(2);
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1, 2, 3] });
    await processor.stop();
  });

  it('lets the walker have its turn as soon as its page is there, however much comes beside the log', async () => {
    const fixture = new FarFixture();
    const processor = fixture.fed({ batch: { initial: 1, max: 1 } });
    await settle(processor);
    await fixture.append('order-1', 'placed');
    for (let version = 1; version <= 5; version += 1) await fixture.append('order-2', 'changed');
    await fixture.give('order-2');
    fixture.far.isFar = true;
    processor.hurry();
    await processor.runOnce();
    await processor.runOnce();
    expect(fixture.rows()).toEqual({ 'order-2': [1, 2] });
    await turnUntil(() => fixture.far.asked.length === 1);
    fixture.far.open();
    let turns = 0;
    await turnUntil(() => (turns += 1) > 5);
    await processor.runOnce();
    expect([fixture.rows()['order-1'], await fixture.position()]).toEqual([[1], 1]);
    fixture.far.isFar = false;
    while (fixture.far.asked.length > 0) fixture.far.open();
    processor.hurry();
    await settle(processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    await processor.stop();
  });

  it('asks for the next page while it applies this one', async () => {
    const fixture = new FarFixture();
    for (let order = 1; order <= 4; order += 1) await fixture.append(`order-${order}`, 'placed');
    const gate = new Gate();
    const { apply } = listing();
    const processor = fixture.fed({
      batch: { initial: 2, max: 2 },
      handler: {
        effects: 'in-transaction',
        apply: (commits, tx) => gate.pass().then(() => apply(commits, tx)),
      },
    });
    fixture.far.isFar = true;
    const step = processor.runOnce();
    await turnUntil(() => fixture.far.asked.length === 1);
    fixture.far.open();
    await gate.reached;
    await turnUntil(() => fixture.far.asked.length === 1);
    expect(fixture.far.asked[0]?.after).toBe(2);
    gate.open();
    expect(await step).toMatchObject({ kind: 'progressed', to: 2 });
    fixture.far.open();
    expect(await processor.runOnce()).toMatchObject({ kind: 'progressed', to: 4 });
    await processor.stop();
  });

  it('makes no smaller batches of it, since the log would answer no sooner', async () => {
    const fixture = new Fixture();
    for (let order = 1; order <= 100; order += 1) await fixture.append(`order-${order}`, 'placed');
    const far = new FarLog(fixture.log);
    far.isFar = true;
    const processor = fixture.processor({
      log: far.reader,
      batch: { initial: 8, max: 64, targetDuration: 25 },
    });
    for (const round of [1, 2, 3]) {
      const step = processor.runOnce();
      await turnUntil(() => far.asked.length === 1);
      fixture.time.sleep(400);
      far.open();
      await step;
      expect(processor.status(), `round ${round}`).toMatchObject({ batchSize: 8 });
    }
    await processor.stop();
  });

  it('applies nothing of a page that has come when the log is another one by then', async () => {
    const fixture = new FarFixture();
    const processor = fixture.fed();
    await settle(processor);
    await fixture.append('order-1', 'placed');
    fixture.far.isFar = true;
    processor.hurry();
    const step = processor.runOnce();
    await turnUntil(() => fixture.far.asked.length === 1);
    Object.defineProperty(fixture.log, 'logId', { value: 'restored' });
    fixture.far.open();
    expect(await step).toMatchObject({ kind: 'stopped', error: { code: 'log-diverged' } });
    expect(fixture.rows()).toEqual({});
  });

  it('stops without waiting for it', async () => {
    const fixture = new FarFixture();
    const processor = fixture.fed();
    await settle(processor);
    await fixture.append('order-1', 'placed');
    fixture.far.isFar = true;
    processor.hurry();
    processor.start();
    await turnUntil(() => fixture.far.asked.length === 1);
    await processor.stop();
    expect([processor.status().state, fixture.feed.state, fixture.time.pending]).toEqual([
      'ended',
      'closed',
      0,
    ]);
    fixture.far.isFar = false;
    fixture.far.open();
    processor.start();
    await turnUntil(() => fixture.rows()['order-1']);
    await processor.stop();
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
  });
});
