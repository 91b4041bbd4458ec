import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '@varve/eventstore';
import { fiveOrders, foldOf, settle, turnUntil, type Options } from './support/fixture.js';

describe('a transaction that was kept, though nobody was told', () => {
  it('is found in the checkpoint, which is read again: nothing is applied twice and nobody is suspected', async () => {
    const fixture = await fiveOrders();
    let answers = 1;
    const store = new Proxy(fixture.store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
        return async (...call: Parameters<Options['store']['transaction']>) => {
          const result = await target.transaction(...call);
          if (answers-- > 0) throw new StoreUnavailableError('connection lost', 'unknown');
          return result;
        };
      },
    });
    const processor = fixture.processor({ store });
    expect(await processor.runOnce()).toMatchObject({ kind: 'unavailable' });
    expect(await settle(processor)).toEqual({ kind: 'caught-up', position: 5 });
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(fixture.events.map((event) => event.kind)).toEqual(['lease-acquired', 'unavailable', 'caught-up']);
  });
});

describe('a storage that is away for a while', () => {
  it('is asked again after a growing wait, and stop() does not wait for that', async () => {
    const fixture = await fiveOrders();
    const error = new StoreUnavailableError('gone', 'not-written');
    const log = new Proxy(fixture.log, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'readAll')
          return () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) });
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const processor = fixture.processor({ log });
    processor.start();
    for (const wait of [50, 100, 200, 400, 800]) {
      await turnUntil(() => processor.status().state === 'unavailable' && fixture.time.pending === 1);
      const before = fixture.events.length;
      fixture.time.advance(wait - 1);
      expect(fixture.time.pending).toBe(1);
      expect(fixture.events).toHaveLength(before);
      fixture.time.advance(1);
      await turnUntil(() => fixture.events.length > before);
    }
    await processor.stop();
    expect(fixture.time.pending).toBe(0);
  });
});
