import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '@varve/eventstore';
import { fiveOrders, Fixture, Gate, intercept, reacting, settle, turnUntil } from './support/fixture.js';

const NEVER_RETRY = { retries: 0 };

describe('an effect', () => {
  it('comes once for each event of a commit, though the last of them fails twice', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid', 'shipped');
    const effects: string[] = [];
    let failures = 2;
    const handler = reacting((event) => {
      if (event.type === 'shipped' && failures-- > 0) throw new Error('no carrier');
      effects.push(event.type);
    });
    const processor = fixture.processor({ handler, random: () => 0 });
    const step = processor.runOnce();
    await turnUntil(async () => {
      fixture.time.advance(0);
      return (await fixture.position()) === 1;
    });
    await step;
    expect(effects).toEqual(['placed', 'paid', 'shipped']);
  });

  it('is not repeated because its checkpoint could not be saved at once', async () => {
    const fixture = await fiveOrders();
    const effects: string[] = [];
    let outages = 3;
    const store = intercept(fixture.store, 'transaction', () => {
      if (outages-- > 0) throw new StoreUnavailableError('locked', 'not-written');
    });
    const processor = fixture.processor({
      store,
      handler: reacting((event) => void effects.push(event.stream)),
    });
    for (let outage = 0; outage < 3; outage += 1)
      expect((await processor.runOnce()).kind).toBe('unavailable');
    await settle(processor);
    expect(effects).toEqual(['order-1', 'order-2', 'order-3', 'order-4', 'order-5']);
  });

  it('is not repeated because the processor was stopped in the middle of its commit', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid');
    await fixture.append('order-2', 'placed');
    const effects: string[] = [];
    const gate = new Gate();
    const handler = reacting(async ({ stream, type }) => {
      await gate.pass();
      effects.push(`${stream} ${type}`);
    });
    const processor = fixture.processor({ handler });
    processor.start();
    await gate.reached;
    const stopped = processor.stop();
    gate.open();
    await stopped;
    expect(effects).toEqual(['order-1 placed', 'order-1 paid']);
    await settle(processor);
    expect(effects).toEqual(['order-1 placed', 'order-1 paid', 'order-2 placed']);
  });

  it('that throws because it was told to stop is no failure of its commit', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const handler = reacting(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    const processor = fixture.processor({ handler, failurePolicy: { ...NEVER_RETRY, then: 'park' } });
    const step = processor.runOnce();
    await turnUntil(() => processor.status().state === 'working');
    await processor.stop();
    expect(await step).toEqual({ kind: 'ended' });
    expect(await fixture.store.listParked('orders@1')).toEqual([]);
  });
});
