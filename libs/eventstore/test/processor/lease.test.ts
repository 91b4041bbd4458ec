import { describe, expect, it } from 'vitest';
import { Fixture, foldOf, Gate, intercept, reacting, settle, turnUntil } from './support/fixture.js';

describe('the lease of a processor', () => {
  it('lets exactly one of two instances work, and the other as soon as that one has stopped', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const [one, two] = [fixture.processor(), fixture.processor({ owner: 'two' })];
    await settle(one);
    expect(await two.runOnce()).toEqual({ kind: 'standby', retryIn: 500 });
    expect(two.status().state).toBe('standby');
    await one.stop();
    await fixture.append('order-1', 'paid');
    expect(await settle(two)).toEqual({ kind: 'caught-up', position: 2 });
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('passes from an instance that was killed after its duration, by the own clock of whoever takes over, and half a second at most', async () => {
    const fixture = new Fixture();
    await settle(fixture.processor());
    const two = fixture.processor({ owner: 'two' });
    two.start();
    await turnUntil(() => two.status().state === 'standby');
    for (let waited = 0; waited < 3_000; waited += 500) {
      expect(two.status().state).toBe('standby');
      const pending = fixture.time.pending;
      fixture.time.advance(500);
      await turnUntil(() => fixture.time.pending === pending);
    }
    await turnUntil(() => two.status().state === 'caught-up');
    expect((await fixture.store.readLease('orders@1'))?.owner).toBe('two');
    await two.stop();
  });

  it('stays with an instance that renews it while a batch takes longer than its duration', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const gate = new Gate();
    const one = fixture.processor({ handler: reacting(() => gate.pass()) });
    const two = fixture.processor({ owner: 'two' });
    const step = one.runOnce();
    await gate.reached;
    for (let beat = 0; beat < 10; beat += 1) {
      expect(await two.runOnce()).toMatchObject({ kind: 'standby' });
      const before = await fixture.store.readLease('orders@1');
      fixture.time.advance(1_000);
      await turnUntil(
        async () => (await fixture.store.readLease('orders@1'))?.heartbeat !== before?.heartbeat,
      );
    }
    gate.open();
    expect(await step).toMatchObject({ kind: 'progressed', to: 1 });
    expect(fixture.time.pending).toBe(0);
  });

  it('is renewed by an idle processor, so that it does not change hands for nothing', async () => {
    const fixture = new Fixture();
    const one = fixture.processor();
    one.start();
    await turnUntil(() => one.status().state === 'caught-up' && fixture.time.pending === 1);
    const before = await fixture.store.readLease('orders@1');
    fixture.time.advance(1_000);
    await turnUntil(async () => (await fixture.store.readLease('orders@1'))?.heartbeat !== before?.heartbeat);
    await one.stop();
  });

  it('is not held by a sleeper that wakes after another took over: what it does is rolled back', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const asleep = new Gate();
    const store = intercept(fixture.store, 'transaction', () => asleep.pass());
    const sleeper = fixture.processor({ owner: 'sleeper', store });
    const other = fixture.processor({ owner: 'other' });
    const step = sleeper.runOnce();
    await asleep.reached;
    expect(await other.runOnce()).toMatchObject({ kind: 'standby' });
    fixture.time.sleep(3_000);
    expect(await settle(other)).toEqual({ kind: 'caught-up', position: 1 });
    asleep.open();
    expect(await step).toMatchObject({ kind: 'lease-lost', error: { code: 'lease-lost' } });
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(await sleeper.runOnce()).toMatchObject({ kind: 'standby' });
    expect(fixture.announced('lease-lost')).toHaveLength(1);
  });

  it('is not mistaken for its own by an instance that fell asleep between taking it and reading the checkpoint', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const asleep = new Gate();
    const sleeper = fixture.processor({ store: intercept(fixture.store, 'load', () => asleep.pass()) });
    const other = fixture.processor({ owner: 'other' });
    const step = sleeper.runOnce();
    await asleep.reached;
    await other.runOnce();
    fixture.time.sleep(3_000);
    await other.runOnce();
    asleep.open();
    expect(await step).toMatchObject({ kind: 'lease-lost' });
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
  });

  it('is not mistaken for its own by an instance when it was paused, resumed and taken by another in between', async () => {
    const fixture = new Fixture();
    const gate = new Gate();
    const sleeper = fixture.processor({ store: intercept(fixture.store, 'load', () => gate.pass()) });
    const other = fixture.processor({ owner: 'other' });
    const step = sleeper.runOnce();
    await gate.reached;
    await fixture.store.setState('orders@1', 'paused');
    await fixture.store.setState('orders@1', 'active');
    await other.runOnce();
    await fixture.append('order-1', 'placed');
    gate.open();
    expect(await step).toMatchObject({ kind: 'lease-lost' });
    expect(fixture.rows()).toEqual({});
  });

  it('is watched from the end of a look, however long that look took', async () => {
    const fixture = new Fixture();
    await settle(fixture.processor());
    const store = intercept(fixture.store, 'readLease', () => fixture.time.sleep(3_000));
    const challenger = fixture.processor({ owner: 'two', store });
    expect((await challenger.runOnce()).kind).toBe('standby');
    expect((await challenger.runOnce()).kind).toBe('standby');
    expect((await challenger.runOnce()).kind).toBe('caught-up');
  });

  it('is renewed by each saved checkpoint, so that a busy processor has nothing to renew', async () => {
    const fixture = new Fixture();
    for (let order = 1; order <= 5; order += 1) await fixture.append(`order-${order}`, 'placed');
    const processor = fixture.processor({ batch: { initial: 1, max: 1 } });
    for (let order = 1; order <= 5; order += 1) {
      await processor.runOnce();
      fixture.time.sleep(900);
    }
    expect(await fixture.store.readLease('orders@1')).toMatchObject({ heartbeat: 5 });
  });

  it('is proved before each effect, so that a sleeper does not repeat what the other has done', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid');
    const asleep = new Gate();
    const effects: string[] = [];
    const reactor = (owner: string, wait?: Gate) =>
      fixture.processor({
        owner,
        handler: reacting(async (event) => {
          effects.push(`${owner} ${event.type}`);
          await wait?.pass();
        }),
      });
    const sleeper = reactor('sleeper', asleep);
    const other = reactor('other');
    const step = sleeper.runOnce();
    await asleep.reached;
    await other.runOnce();
    fixture.time.sleep(3_000);
    await settle(other);
    asleep.open();
    expect(await step).toMatchObject({ kind: 'lease-lost' });
    expect(effects).toEqual(['sleeper placed', 'other placed', 'other paid']);
  });

  it('ends the step of whoever finds out by its own timer that it is lost, before the next effect', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.append('order-2', 'placed', 'paid');
    const gate = new Gate();
    const effects: string[] = [];
    let told: AbortSignal | undefined;
    const handler = reacting(async ({ stream, type }, signal) => {
      effects.push(`${stream} ${type}`);
      if (stream === 'order-1') fixture.time.sleep(500);
      else await gate.pass();
      told = signal;
    });
    const step = fixture.processor({ handler }).runOnce();
    await gate.reached;
    await fixture.store.setState('orders@1', 'paused');
    fixture.time.advance(500);
    await turnUntil(() => told?.aborted);
    gate.open();
    expect(await step).toMatchObject({ kind: 'lease-lost' });
    expect(effects).toEqual(['order-1 placed', 'order-2 placed']);
  });

  it('does not save over a checkpoint that something else has moved', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.append('order-2', 'placed');
    const processor = fixture.processor({ batch: { initial: 1, max: 1 } });
    await processor.runOnce();
    const at = (await fixture.store.load('orders@1'))!;
    await fixture.store.transaction('orders@1', (tx) =>
      fixture.store.save(tx, 'orders@1', at, { logId: at.logId, position: 0 }),
    );
    expect(await processor.runOnce()).toMatchObject({
      kind: 'lease-lost',
      error: { code: 'checkpoint-moved' },
    });
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(fixture.announced('checkpoint-moved')).toMatchObject([{ expected: 1 }]);
  });

  it('is lost by a pause in the middle of a batch, which is rolled back, until somebody resumes', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const gate = new Gate();
    const processor = fixture.processor({
      store: intercept(fixture.store, 'transaction', () => gate.pass()),
    });
    const step = processor.runOnce();
    await gate.reached;
    await processor.pause('maintenance');
    gate.open();
    expect(await step).toMatchObject({ kind: 'lease-lost' });
    expect(await processor.runOnce()).toEqual({ kind: 'paused', reason: 'maintenance' });
    expect(processor.status().state).toBe('paused');
    expect(fixture.rows()).toEqual({});
    await processor.resume();
    await settle(processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('is given up by an idle processor that pauses itself, and taken again when it resumes', async () => {
    const fixture = new Fixture();
    const processor = fixture.processor();
    processor.start();
    await turnUntil(() => processor.status().state === 'caught-up');
    await processor.pause();
    const inState = (state: string) => () => {
      fixture.time.advance(0);
      return processor.status().state === state;
    };
    await turnUntil(inState('paused'));
    await processor.resume();
    await turnUntil(inState('caught-up'));
    await processor.stop();
    expect(fixture.announced('paused')).toHaveLength(1);
  });
});
