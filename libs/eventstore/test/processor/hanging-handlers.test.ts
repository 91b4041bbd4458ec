import { describe, expect, it } from 'vitest';
import { isEventStoreError, type HandlerHangsError, type ProcessorOptions } from '@varve/eventstore';
import type { MemoryTransaction } from '@varve/eventstore/testing';
import { fiveOrders, Gate, listing, reacting, settle, turnUntil } from './support/fixture.js';

const ID = 'orders@1';

/** Writes a row, says what it waits for, and waits until the gate is opened. */
function waitingAt(gate: Gate): ProcessorOptions<MemoryTransaction>['handler'] {
  return {
    effects: 'in-transaction',
    async apply(commits, tx, at) {
      tx.set('rows', { begun: [1] });
      const event = commits[1]?.events[0];
      if (event) at?.(event);
      await gate.pass();
      tx.set('rows', { ended: [1] });
    },
  };
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a handler that does not end', () => {
  it('is told of after ten seconds and again after twice as long, with the event that it is at', async () => {
    const fixture = await fiveOrders();
    const gate = new Gate();
    const processor = fixture.processor({ handler: waitingAt(gate) });
    const step = processor.runOnce();
    await gate.reached;
    fixture.time.advance(9_999);
    expect(fixture.announced('handler-slow')).toEqual([]);
    fixture.time.advance(1);
    expect(fixture.announced('handler-slow')).toEqual([
      {
        kind: 'handler-slow',
        processor: ID,
        milliseconds: 10_000,
        commits: 5,
        event: { type: 'placed', stream: 'order-2', version: 1, position: 2 },
      },
    ]);
    fixture.time.advance(20_000);
    expect(fixture.announced('handler-slow')).toMatchObject([{}, { milliseconds: 30_000 }]);
    gate.open();
    await step;
    expect(fixture.time.pending).toBe(0);
  });

  it('is waited for when its processor is stopped, however long it takes', async () => {
    const fixture = await fiveOrders();
    const gate = new Gate();
    const processor = fixture.processor({ handler: waitingAt(gate) });
    processor.start();
    await gate.reached;
    const stopped = processor.stop();
    fixture.time.advance(3_600_000);
    gate.open();
    await stopped;
    expect(await fixture.position()).toBe(5);
  });

  it('is given up when there is a limit: nothing of it is saved, the lease is free, and whoever stopped it is told who hangs', async () => {
    const fixture = await fiveOrders();
    const gate = new Gate();
    const processor = fixture.processor({ handler: waitingAt(gate) });
    processor.start();
    await gate.reached;
    const stopped = rejectionOf(processor.stop({ timeout: 5_000 }));
    fixture.time.advance(4_999);
    fixture.time.advance(1);
    const error = await stopped;
    expect(isEventStoreError(error, 'handler-hangs')).toBe(true);
    expect(error).toMatchObject({
      handlers: [{ processor: ID, milliseconds: 5_000, event: { stream: 'order-2', type: 'placed' } }],
      message: expect.stringMatching(
        /"orders@1": the handler of "placed", at version 1 of stream "order-2", has not ended for 5 s/,
      ) as string,
    });
    expect([fixture.rows(), await fixture.position(), fixture.time.pending]).toEqual([{}, 0, 0]);
    expect((await fixture.store.readLease(ID))?.owner).toBeUndefined();
    gate.open();
    await turnUntil(() => true);
    await settle(fixture.processor({ owner: 'two', handler: listing() }));
    expect(Object.keys(fixture.rows())).toHaveLength(5);
  });

  it('that reacts is given up too, and reacts again to what it was at', async () => {
    const fixture = await fiveOrders();
    const gate = new Gate();
    const seen: string[] = [];
    const handler = reacting(({ stream }) => {
      seen.push(stream);
      return stream === 'order-3' && seen.length === 3 ? gate.pass() : undefined;
    });
    const processor = fixture.processor({ handler });
    processor.start();
    await gate.reached;
    const stopped = rejectionOf(processor.stop({ timeout: 5_000 }));
    fixture.time.advance(5_000);
    const error = (await stopped) as HandlerHangsError;
    expect(error.handlers).toMatchObject([{ event: { stream: 'order-3' } }]);
    processor.start();
    await turnUntil(async () => (await fixture.position()) === 5);
    await processor.stop({ timeout: 5_000 });
    expect(seen).toEqual(['order-1', 'order-2', 'order-3', 'order-3', 'order-4', 'order-5']);
  });
});
