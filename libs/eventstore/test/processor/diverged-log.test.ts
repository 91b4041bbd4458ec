import { describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { LogId } from '@varve/eventstore';
import { Fixture, settle } from './support/fixture.js';

async function caughtUp(): Promise<Fixture> {
  const fixture = new Fixture();
  await fixture.append('order-1', 'placed');
  await fixture.append('order-2', 'placed');
  await settle(fixture.processor());
  fixture.time.sleep(3_000);
  return fixture;
}

/** Another log under the same id, as a backup that was put back. */
function restored(logId: LogId, clock?: () => Date): InMemoryEventStore {
  const log = new InMemoryEventStore(clock && { clock });
  return new Proxy(log, {
    get(target, key) {
      if (key === 'logId') return logId;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function resumedOn(fixture: Fixture, log: InMemoryEventStore) {
  const processor = fixture.processor({ log, owner: 'two' });
  await processor.runOnce();
  fixture.time.sleep(3_000);
  return { processor, result: await processor.runOnce() };
}

const placed = [{ type: 'placed', data: {} }];
const DIVERGED = { kind: 'stopped', error: { code: 'log-diverged' } };

describe('a log that is not the one that the checkpoint came from', () => {
  it('is noticed by its id, before anything of it is applied', async () => {
    const fixture = await caughtUp();
    const other = new InMemoryEventStore();
    for (const order of [1, 2, 3]) await other.append(`order-${order}`, 'any', placed);
    const { processor, result } = await resumedOn(fixture, other);
    expect(result).toMatchObject(DIVERGED);
    expect(processor.status()).toMatchObject({ state: 'stopped', error: { code: 'log-diverged' } });
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1] });
    expect(await processor.runOnce()).toMatchObject({
      kind: 'stopped',
      reason: expect.stringContaining('log-diverged'),
    });
  });

  it('is noticed by its end, when it was restored from before the checkpoint', async () => {
    const fixture = await caughtUp();
    const log = restored(fixture.log.logId);
    await log.append('order-1', 'any', placed);
    expect((await resumedOn(fixture, log)).result).toMatchObject(DIVERGED);
  });

  it('is noticed by its content, when it was restored and has grown beyond the checkpoint since', async () => {
    const fixture = await caughtUp();
    const log = restored(fixture.log.logId);
    for (const order of [1, 3, 4]) await log.append(`order-${order}`, 'any', placed);
    expect((await resumedOn(fixture, log)).result).toMatchObject(DIVERGED);
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1] });
  });

  it('is noticed by a commit’s time, when the very same streams were written again', async () => {
    const fixture = await caughtUp();
    const log = restored(fixture.log.logId, () => new Date(0));
    for (const order of [1, 2, 3]) await log.append(`order-${order}`, 'any', placed);
    expect((await resumedOn(fixture, log)).result).toMatchObject(DIVERGED);
  });

  it('is noticed at the next batch of a processor that was running all the time', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    let log = fixture.log;
    const swapped = new Proxy(log, {
      get(_, key) {
        const value: unknown = Reflect.get(log, key, log);
        return typeof value === 'function' ? value.bind(log) : value;
      },
    });
    const processor = fixture.processor({ log: swapped });
    await settle(processor);
    log = restored(fixture.log.logId);
    for (const order of [7, 8]) await log.append(`order-${order}`, 'any', placed);
    expect(await processor.runOnce()).toMatchObject(DIVERGED);
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
  });

  it('is noticed by what rows have seen that are ahead of the checkpoint, before anything is added to them', async () => {
    const fixture = await caughtUp();
    await fixture.append('order-3', 'placed');
    const mark = { stream: 'order-9', firstVersion: 1, at: 0 };
    const { store } = fixture;
    const load = async (id: string) => {
      const checkpoint = await store.load(id);
      return checkpoint && { ...checkpoint, ahead: { position: 3, mark } };
    };
    const ahead = new Proxy(store, {
      get(target, key) {
        const value: unknown = key === 'load' ? load : Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const processor = fixture.processor({ store: ahead, owner: 'two' });
    await processor.runOnce();
    fixture.time.sleep(3_000);
    expect(await processor.runOnce()).toMatchObject(DIVERGED);
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1] });
  });
});
