import { describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { Fixture, foldOf, settle } from './support/fixture.js';

describe('a processor that follows the log', () => {
  it('applies each event once, in order, and leaves the checkpoint at the head with its mark', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid');
    await fixture.append('order-2', 'placed');
    await fixture.append('order-1', 'shipped');
    const processor = fixture.processor();
    expect(await settle(processor)).toEqual({ kind: 'caught-up', position: 3 });
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3], 'order-2': [1] });
    expect(await fixture.store.load('orders@1')).toMatchObject({
      position: 3,
      logId: fixture.log.logId,
      mark: { stream: 'order-1', firstVersion: 3 },
    });
    expect(processor.status()).toMatchObject({ state: 'caught-up', position: 3, head: 3, parked: 0 });
  });

  it('moves its checkpoint over commits that its filter leaves out', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.append('customer-1', 'registered');
    await fixture.append('order-1', 'noticed', 'paid');
    await fixture.append('customer-1', 'moved');
    const processor = fixture.processor({ filter: { categories: ['order'], types: ['placed', 'paid'] } });
    await settle(processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 3] });
    expect(await fixture.store.load('orders@1')).toMatchObject({
      position: 4,
      mark: { stream: 'customer-1' },
    });
  });

  it('shows reserved events only to who asks for them', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.log.closeStream('order-1', 'any');
    await settle(fixture.processor());
    await settle(fixture.processor({ id: 'closings@1', filter: { types: ['$stream-closed'] } }));
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    expect(await fixture.position()).toBe(2);
  });

  it('goes on by itself when somebody appends, and ends without a timer', async () => {
    const fixture = new Fixture();
    const processor = fixture.processor();
    processor.start();
    await until(() => {
      fixture.time.advance(0);
      return processor.status().state === 'caught-up';
    });
    await fixture.append('order-1', 'placed');
    await until(() => fixture.rows()['order-1']);
    await processor.stop();
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(fixture.time.pending).toBe(0);
    expect((await fixture.store.readLease('orders@1'))?.owner).toBeUndefined();
    expect(processor.status().state).toBe('ended');
  });
});
