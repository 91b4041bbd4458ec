import {
  StoreUnavailableError,
  type BatchEffectHandler,
  type EffectBatch,
  type EffectProgress,
} from '@varve/eventstore';
import { describe, expect, it } from 'vitest';
import { fiveOrders, Fixture, Gate, intercept, settle, turnUntil } from './support/fixture.js';

describe('effects in batches', () => {
  it('come for whole commits, closed streams included, and the checkpoint follows them', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid');
    await fixture.log.closeStream('order-1', 2);
    const recorder = new Recorder();
    expect(await settle(fixture.processor({ handler: recorder }))).toEqual({
      kind: 'caught-up',
      position: 2,
    });
    expect(recorder.types).toEqual([['placed', 'paid'], ['$stream-closed']]);
    expect(await fixture.position()).toBe(2);
  });

  it('come before the checkpoint: what could not be saved comes again', async () => {
    const fixture = await fiveOrders();
    const recorder = new Recorder();
    let outages = 1;
    const store = intercept(fixture.store, 'transaction', () => {
      if (outages-- > 0) throw new StoreUnavailableError('locked', 'not-written');
    });
    const processor = fixture.processor({ handler: recorder, store });
    expect((await processor.runOnce()).kind).toBe('unavailable');
    await settle(processor);
    expect(recorder.positions).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  });

  it.each(['broker-unavailable', 'publish-not-confirmed', 'bus-closed', 'broker-refused'])(
    'that fail with %s are waited out, and no retry is counted',
    async (code) => {
      const fixture = await fiveOrders();
      const recorder = new Recorder();
      const processor = fixture.processor({ handler: recorder, failurePolicy: { retries: 0 } });
      recorder.failure = Object.assign(new Error('the broker is gone'), { code, retryable: true });
      const states: string[] = [];
      recorder.tried = () => states.push(processor.status().state);
      for (let outage = 0; outage < 20; outage += 1)
        expect((await processor.runOnce()).kind).toBe('unavailable');
      expect([...new Set(states.slice(1))]).toEqual(['unavailable']);
      recorder.failure = undefined;
      expect((await processor.runOnce()).kind).toBe('progressed');
      expect(processor.status().state).toBe('working');
      await settle(processor);
      expect(await fixture.position()).toBe(5);
    },
  );

  it('that cannot be had are tried again, and then stop the processor with the reason', async () => {
    const fixture = await fiveOrders();
    const recorder = new Recorder();
    recorder.failure = Object.assign(new Error('no attribute'), {
      code: 'message-rejected',
      retryable: false,
    });
    const processor = fixture.processor({ handler: recorder, failurePolicy: { retries: 2, maxDelay: 0 } });
    const step = processor.runOnce();
    await turnUntil(() => {
      fixture.time.advance(0);
      return processor.status().state === 'stopped';
    });
    expect(await step).toMatchObject({ kind: 'stopped', reason: 'message-rejected: no attribute' });
    expect(fixture.announced('retrying')).toHaveLength(2);
    expect(await fixture.position()).toBe(0);
  });

  it('may be done later than they were read, in any order, and come again if the lease is lost before', async () => {
    const fixture = await fiveOrders();
    const recorder = new Recorder();
    recorder.answer = () => ({ doneUpTo: 2, lookAgainIn: 50 });
    const first = fixture.processor({ handler: recorder });
    expect(await settle(first)).toEqual({
      kind: 'waiting',
      position: 2,
      readUpTo: 5,
      lookAgainIn: 50,
      wokenByAppends: true,
    });
    await fixture.append('order-6', 'placed');
    await settle(first);
    expect(recorder.positions).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await fixture.position()).toBe(2);
    await first.stop();
    const second = new Recorder();
    await settle(fixture.processor({ handler: second, owner: 'two' }));
    expect(second.positions).toEqual([3, 4, 5, 6]);
    expect(second.batches[0]).toMatchObject({ checkpoint: 2, after: 2, upTo: 6, head: 6 });
  });

  it('read nothing more while there is no room', async () => {
    const fixture = await fiveOrders();
    const recorder = new Recorder();
    recorder.answer = ({ after }) => ({
      doneUpTo: after === 0 ? 0 : 5,
      lookAgainIn: 10,
      reading: after === 0 ? 'hold' : 'go-on',
    });
    const processor = fixture.processor({ handler: recorder, batch: { initial: 5 } });
    await processor.runOnce();
    await fixture.append('order-6', 'placed');
    await processor.runOnce();
    expect(recorder.batches.map(({ commits }) => commits.length)).toEqual([5, 0]);
    expect(await fixture.position()).toBe(5);
  });

  it('are called again when their time has come, also when nobody appends', async () => {
    const fixture = await fiveOrders();
    const recorder = new Recorder();
    let confirmed = 0;
    recorder.answer = () => ({ doneUpTo: confirmed, lookAgainIn: 40, newCommits: 'later' });
    const processor = fixture.processor({ handler: recorder });
    processor.start();
    await turnUntil(() => {
      fixture.time.advance(0);
      return recorder.batches.length > 1;
    });
    confirmed = 5;
    await turnUntil(async () => {
      fixture.time.advance(10);
      return (await fixture.position()) === 5;
    });
    await processor.stop();
    expect(recorder.positions).toEqual([1, 2, 3, 4, 5]);
  });

  it('that are under way at a stop are finished, and their checkpoint is saved', async () => {
    const fixture = await fiveOrders();
    const gate = new Gate();
    const recorder = new Recorder();
    recorder.answer = async ({ upTo }) => {
      await gate.pass();
      return { doneUpTo: upTo };
    };
    const processor = fixture.processor({ handler: recorder });
    processor.start();
    await gate.reached;
    const stopped = processor.stop();
    gate.open();
    await stopped;
    expect(await fixture.position()).toBe(5);
  });

  it('take neither a filter by types, nor a decoder, nor a policy that parks', () => {
    const fixture = new Fixture();
    const handler = new Recorder();
    expect(() => fixture.processor({ handler, filter: { types: ['placed'] } })).toThrow('filter.types');
    expect(() => fixture.processor({ handler, decode: (event) => [event] })).toThrow('decode');
    expect(() => fixture.processor({ handler, failurePolicy: { then: 'park' } })).toThrow("use 'stop'");
  });
});

class Recorder implements BatchEffectHandler {
  readonly effects = 'in-batches-before-checkpoint';
  readonly batches: EffectBatch[] = [];
  failure: Error | undefined;
  tried: () => unknown = () => undefined;
  answer: (batch: EffectBatch) => EffectProgress | Promise<EffectProgress> = ({ upTo }) => ({
    doneUpTo: upTo,
  });

  get positions(): number[] {
    return this.batches.flatMap(({ commits }) => commits.map(({ position }) => position));
  }

  get types(): string[][] {
    return this.batches.flatMap(({ commits }) => commits.map(({ events }) => events.map(({ type }) => type)));
  }

  async publish(batch: EffectBatch): Promise<EffectProgress> {
    this.tried();
    if (this.failure) throw this.failure;
    this.batches.push(batch);
    return this.answer(batch);
  }
}
