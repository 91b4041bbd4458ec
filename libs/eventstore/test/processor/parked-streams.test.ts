import { describe, expect, it, vi } from 'vitest';
import type { Processor } from '@varve/eventstore';
import type { MemoryTransaction } from '@varve/eventstore/testing';
import { Fixture, foldOf, Gate, listing, reacting, settle, type Options } from './support/fixture.js';

const ID = 'orders@1';

/** `order-1` is parked at its first commit, with two more commits waiting; `order-2` is healthy. */
class Parked extends Fixture {
  readonly poison = new Set<number>([1]);

  parking(options: Partial<Options> = {}): Processor<MemoryTransaction> {
    return this.processor({
      handler: listing((commit) => commit.stream === 'order-1' && this.poison.has(commit.firstVersion)),
      failurePolicy: { retries: 0, then: 'park' },
      ...options,
    });
  }
}

async function parked(): Promise<{ fixture: Parked; processor: Processor<MemoryTransaction> }> {
  const fixture = new Parked();
  await fixture.append('order-1', 'placed');
  await fixture.append('order-2', 'placed');
  await fixture.append('order-1', 'paid', 'packed');
  await fixture.append('order-1', 'shipped');
  const processor = fixture.parking();
  await settle(processor);
  expect(fixture.rows()).toEqual({ 'order-2': [1] });
  return { fixture, processor };
}

describe('a parked stream', () => {
  it('is applied in order when somebody asks to retry it, up to the checkpoint, and is then an ordinary stream again', async () => {
    const { fixture, processor } = await parked();
    fixture.poison.clear();
    await fixture.append('order-1', 'delivered');
    expect(await fixture.store.request(ID, 'order-1', 'retry')).toBe(true);
    expect(await settle(processor)).toEqual({ kind: 'caught-up', position: 5 });
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(await fixture.store.listParked(ID)).toEqual([]);
    expect(fixture.announced('unparked')).toHaveLength(1);
    expect(processor.status().parked).toBe(0);
  });

  it('stays parked when the retry fails, with what came before applied and the new error on its row', async () => {
    const { fixture, processor } = await parked();
    fixture.poison.clear();
    fixture.poison.add(4);
    await fixture.store.request(ID, 'order-1', 'retry');
    await settle(processor);
    expect(fixture.rows()['order-1']).toEqual([1, 2, 3]);
    const rows = await fixture.store.listParked(ID);
    expect(rows).toMatchObject([{ stream: 'order-1', nextVersion: 4, position: 4, attempts: 2 }]);
    expect(rows[0]).not.toHaveProperty('request');
    expect(fixture.announced('parked').at(-1)).toMatchObject({
      position: 4,
      error: { message: 'cannot apply order-1' },
    });
  });

  it('goes on behind the commit that failed when somebody discards that, on record', async () => {
    const { fixture, processor } = await parked();
    await fixture.store.request(ID, 'order-1', 'discard');
    await settle(processor);
    expect(fixture.rows()['order-1']).toEqual([2, 3, 4]);
    expect(await fixture.store.listParked(ID)).toEqual([]);
    expect(await fixture.store.listSkipped(ID)).toMatchObject([
      { stream: 'order-1', firstVersion: 1, lastVersion: 1, reason: expect.stringContaining('cannot apply') },
    ]);
    expect(fixture.announced('discarded')).toHaveLength(1);
  });

  it('waits behind the next commit that fails after a discard', async () => {
    const { fixture, processor } = await parked();
    fixture.poison.add(2);
    await fixture.store.request(ID, 'order-1', 'discard');
    await settle(processor);
    expect(fixture.rows()['order-1']).toBeUndefined();
    expect(await fixture.store.listParked(ID)).toMatchObject([{ nextVersion: 2, position: 3 }]);
  });

  it('is retried in as many transactions as its length needs, parked in between, while other streams go on', async () => {
    const { fixture } = await parked();
    const processor = fixture.parking({ owner: 'two', batch: { initial: 1, max: 1 } });
    await processor.runOnce();
    fixture.time.sleep(3_000);
    fixture.poison.clear();
    await fixture.append('order-2', 'paid');
    await fixture.append('order-2', 'shipped');
    await fixture.store.request(ID, 'order-1', 'retry');
    await processor.runOnce();
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1, 2] });
    expect(await fixture.store.listParked(ID)).toMatchObject([{ nextVersion: 2, request: 'retry' }]);
    await processor.runOnce();
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3], 'order-2': [1, 2, 3] });
    await settle(processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it.each(['before', 'during', 'after'])(
    'takes a commit that is appended %s its retry once, and in order',
    async (when) => {
      const { fixture, processor } = await parked();
      fixture.poison.clear();
      const gate = new Gate();
      const { apply } = listing();
      const slow = fixture.parking({
        owner: 'two',
        handler: {
          effects: 'in-transaction',
          async apply(commits, tx) {
            await apply(commits, tx);
            await gate.pass();
          },
        },
      });
      await processor.stop();
      await fixture.store.request(ID, 'order-1', 'retry');
      if (when === 'before') await fixture.append('order-1', 'delivered');
      const step = slow.runOnce();
      await gate.reached;
      if (when === 'during') await fixture.append('order-1', 'delivered');
      gate.open();
      await step;
      if (when === 'after') await fixture.append('order-1', 'delivered');
      await settle(slow);
      expect(fixture.rows()['order-1']).toEqual([1, 2, 3, 4, 5]);
    },
  );

  it('is left to the one instance that has the lease, whoever else thinks to have it', async () => {
    const { fixture, processor } = await parked();
    fixture.poison.clear();
    const other = fixture.parking({ owner: 'two' });
    await other.runOnce();
    fixture.time.sleep(3_000);
    await fixture.store.request(ID, 'order-1', 'retry');
    const [mine, theirs] = await Promise.all([processor.runOnce(), other.runOnce()]);
    expect([mine.kind, theirs.kind]).toContain('progressed');
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('repeats its effects from the commit that failed, and from no earlier one', async () => {
    const fixture = new Parked();
    await fixture.append('order-1', 'placed');
    await fixture.append('order-1', 'paid');
    const effects: string[] = [];
    const handler = reacting((event) => {
      if (fixture.poison.has(event.version)) throw new Error('no mail server');
      effects.push(event.type);
    });
    const processor = fixture.parking({ handler });
    await settle(processor);
    expect(effects).toEqual([]);
    fixture.poison.clear();
    fixture.poison.add(2);
    await fixture.store.request(ID, 'order-1', 'retry');
    await settle(processor);
    fixture.poison.clear();
    await fixture.store.request(ID, 'order-1', 'retry');
    await settle(processor);
    expect(effects).toEqual(['placed', 'paid']);
    expect(await fixture.store.listParked(ID)).toEqual([]);
  });

  it('stops a processor whose order became that of the log', async () => {
    const { fixture, processor } = await parked();
    await processor.stop();
    expect(await fixture.processor({ order: 'log' }).runOnce()).toMatchObject({
      kind: 'stopped',
      error: { code: 'invalid-options', option: 'order' },
    });
  });

  it('costs the others nothing: a step reads no parked rows but one that somebody has asked for', async () => {
    const fixture = new Parked();
    const listing = vi.spyOn(fixture.store, 'listParked');
    await fixture.append('order-1', 'placed');
    const processor = fixture.parking({ batch: { initial: 1, max: 1 } });
    await settle(processor);
    expect(processor.status().parked).toBe(1);
    for (const type of ['placed', 'paid', 'shipped']) await fixture.append('order-2', type);
    listing.mockClear();
    await settle(processor);
    expect(fixture.rows()).toEqual({ 'order-2': [1, 2, 3] });
    expect(listing).not.toHaveBeenCalled();
  });
});
