import { StoreUnavailableError, type AppendResult, type EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { committed, failingAfter, failingBefore, landing } from './support/failing-logs.js';
import { intercepting } from './support/intercepting.js';
import { ASKED_AFTER, FENCE_AFTER, paid, placed, SWEEP_AFTER, World } from './support/world.js';

const stores: SqliteEventStore[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

const logs = [
  ['in memory', async (): Promise<EventStore> => new InMemoryEventStore()],
  [
    'in SQLite',
    async (): Promise<EventStore> => {
      const store = await SqliteEventStore.open({ file: join(temporaryFolder(), 'log.db') });
      stores.push(store);
      return store;
    },
  ],
] as const;

async function consumed(log: EventStore): Promise<World> {
  const world = new World({ log });
  await world.consume('order');
  return world;
}

describe.each(logs)('A two-phase append to a log %s', (_, openLog) => {
  it('is prepared before it is written, and visible when it was', async () => {
    const world = await consumed(await openLog());
    let halvesAtWrite = -1;
    const log = intercepting(world.log, 'append', (append) => {
      halvesAtWrite = world.broker.halfMessages.open;
      return append();
    });
    const one = await world.instance('one', { log });
    const { commit } = (await one.orders.append('order-1', 'no-stream', [placed(), paid])) as AppendResult & {
      ok: true;
    };
    await world.turn();
    expect(halvesAtWrite).toBe(1);
    expect(world.visible()).toEqual(['order-1 1-2']);
    expect(world.seen[0]).toMatchObject({ commitId: commit.commitId, at: commit.at, logId: world.log.logId });
    expect(world.seen[0]).not.toHaveProperty('position');
    expect(world.broker.halfMessages.open).toBe(0);
  });

  it('that was confirmed is passed by the sweep, which publishes nothing', async () => {
    const world = await consumed(await openLog());
    const one = await world.instance();
    for (const order of [1, 2, 3]) await one.orders.append(`order-${order}`, 0, [placed()]);
    await one.publisher.flush();
    await one.relay.runUntilCaughtUp();
    await world.pass(2 * SWEEP_AFTER);
    await one.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.visible()).toEqual(['order-1 1-1', 'order-2 1-1', 'order-3 1-1']);
    expect(one.relay.status()).toMatchObject({ position: 3, swept: 0, unconfirmed: 0 });
  });

  it('that meets a conflict is rolled back, and the conflict is the answer', async () => {
    const world = await consumed(await openLog());
    const one = await world.instance();
    await one.orders.append('order-1', 0, [placed()]);
    const result = await one.orders.append('order-1', 'no-stream', [placed(2)], { commitId: 'late' });
    expect(result).toEqual({ ok: false, conflict: { stream: 'order-1', expected: 'no-stream', actual: 1 } });
    await world.pass(2 * FENCE_AFTER);
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(one.told('rolled-back')).toMatchObject([{ commitId: 'late', why: 'conflict' }]);
    expect(await world.log.findCommit('late')).toEqual({ outcome: 'absent' });
  });

  it('resolves "any" and "stream-exists" to the version that is prepared', async () => {
    const world = await consumed(await openLog());
    const one = await world.instance();
    expect(await one.orders.append('order-1', 'stream-exists', [placed()])).toMatchObject({ ok: false });
    committed(await one.orders.append('order-1', 'any', [placed()]));
    committed(await one.orders.append('order-1', 'stream-exists', [paid]));
    await Promise.all(Array.from({ length: 30 }, (_, i) => one.orders.append('order-1', 'any', [placed(i)])));
    await world.turn();
    expect(world.distinct()).toHaveLength(32);
    expect(one.told('rolled-back')).toEqual([]);
  });

  it('with "any" is prepared again when another instance was faster', async () => {
    const world = await consumed(await openLog());
    const two = await world.instance('two');
    let others = 2;
    const log = intercepting(world.log, 'append', async (append) => {
      if (others-- > 0) await two.orders.append('order-1', 'any', [placed(others)]);
      return append();
    });
    const one = await world.instance('one', { log });
    const commit = committed(await one.orders.append('order-1', 'any', [paid], { commitId: 'pay' }));
    await world.turn();
    expect([commit.firstVersion, commit.commitId]).toEqual([3, 'pay']);
    expect(one.kinds()).toEqual(expect.arrayContaining(['rolled-back', 'committed']));
    expect(world.visible()).toEqual(['order-1 1-1', 'order-1 2-2', 'order-1 3-3']);
    expect(world.seen.filter(({ commitId }) => commitId === 'pay')).toHaveLength(1);
  });

  it('closes a stream, too', async () => {
    const world = await consumed(await openLog());
    const one = await world.instance();
    await one.orders.append('order-1', 0, [placed()]);
    committed(await one.orders.closeStream('order-1', 'any', { commitId: 'close' }));
    await expect(one.orders.append('order-1', 'any', [paid])).rejects.toMatchObject({
      code: 'stream-closed',
    });
    await expect(one.orders.append('order-1', 2, [paid])).rejects.toMatchObject({ code: 'stream-closed' });
    committed(await one.orders.closeStream('order-1', 'any', { commitId: 'close' }));
    await world.turn();
    expect(world.distinct()).toEqual(['order-1 1-1', 'order-1 2-2']);
    expect(world.seen.at(-1)?.events?.[0]?.type).toBe('$stream-closed');
  });

  it('that is repeated under its id gets the first result, and nothing else becomes visible', async () => {
    const world = await consumed(await openLog());
    const one = await world.instance();
    const first = committed(await one.orders.append('order-1', 0, [placed()], { commitId: 'place' }));
    world.time.advance(1);
    const again = [
      committed(await one.orders.append('order-1', 0, [placed()], { commitId: 'place' })),
      committed(await one.orders.append('order-1', 'any', [placed()], { commitId: 'place' })),
      committed(
        await one.orders.append('order-1', 0, [{ ...placed(), metadata: { actor: 'another' } }], {
          commitId: 'place',
        }),
      ),
    ];
    await world.pass(2 * FENCE_AFTER);
    expect(again).toEqual([first, first, first]);
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(world.seen[0]?.at).toEqual(first.at);
    expect(one.told('rolled-back').map(({ why }) => why)).toEqual(Array(3).fill('another-commit'));
  });

  it('whose first attempt landed and died is told by the repetition only if it is the same', async () => {
    const world = await consumed(await openLog());
    const dying = await world.instance('dying', { log: landing(world.log) });
    void dying.orders.append('order-1', 0, [placed()], { commitId: 'place', at: new Date(5) });
    await world.turn();
    dying.crash();
    const two = await world.instance('two');
    const again = committed(
      await two.orders.append('order-1', 0, [placed()], { commitId: 'place', at: new Date(5) }),
    );
    await world.turn();
    expect(again.at).toEqual(new Date(5));
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(two.told('committed')).toHaveLength(1);
    await world.pass(2 * ASKED_AFTER);
    expect(world.distinct()).toEqual(['order-1 1-1']);
  });

  it('of other content under a used id is refused, and invisible', async () => {
    const world = await consumed(await openLog());
    const one = await world.instance();
    await one.orders.append('order-1', 0, [placed()], { commitId: 'place' });
    const other = one.orders.append('order-1', 1, [paid], { commitId: 'place' });
    await expect(other).rejects.toMatchObject({ code: 'commit-id-reused' });
    await world.pass(2 * FENCE_AFTER);
    expect(world.visible()).toEqual(['order-1 1-1']);
  });

  it('whose outcome is unknown is neither committed nor rolled back: the broker asks, and the log knows', async () => {
    const world = await consumed(await openLog());
    const landed = await world.instance('landed', { log: failingAfter(world.log) });
    await expect(landed.orders.append('order-1', 0, [placed()])).rejects.toMatchObject({
      written: 'unknown',
    });
    const lost = await world.instance('lost', { log: failingBefore(world.log) });
    await expect(lost.orders.append('order-2', 0, [placed()], { commitId: 'lost' })).rejects.toMatchObject({
      written: 'unknown',
    });
    await world.turn();
    expect(world.visible()).toEqual([]);
    expect([...landed.kinds(), ...lost.kinds()]).toEqual(['prepared', 'in-doubt', 'prepared', 'in-doubt']);
    await world.pass(ASKED_AFTER);
    expect(world.visible()).toEqual(['order-1 1-1']);
    await world.pass(FENCE_AFTER + ASKED_AFTER);
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(world.broker.halfMessages.open).toBe(0);
    expect(await world.log.findCommit('lost')).toEqual({ outcome: 'fenced' });
  });

  it('that was certainly not written is rolled back unfenced, and may be tried again under its id', async () => {
    const world = await consumed(await openLog());
    let failures = 1;
    const log = intercepting(world.log, 'append', async (append) => {
      if (failures-- > 0) throw new StoreUnavailableError('full', 'not-written');
      return append();
    });
    const one = await world.instance('one', { log });
    const place = () => one.orders.append('order-1', 0, [placed()], { commitId: 'place' });
    await expect(place()).rejects.toMatchObject({ written: 'not-written' });
    await world.pass(2 * FENCE_AFTER);
    committed(await place());
    await world.turn();
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(one.told('rolled-back')).toMatchObject([{ why: 'refused' }]);
  });

  it('that comes after its fence is refused, and never seen', async () => {
    const world = await consumed(await openLog());
    const gate = Promise.withResolvers<undefined>();
    const log = intercepting(world.log, 'append', async (append) => {
      await gate.promise;
      return append();
    });
    const slow = await world.instance('slow', { log });
    const append = slow.orders.append('order-1', 0, [placed()], { commitId: 'place' });
    const refused = expect(append).rejects.toMatchObject({ code: 'commit-fenced' });
    await world.pass(FENCE_AFTER + 2 * ASKED_AFTER);
    expect(await world.log.findCommit('place')).toEqual({ outcome: 'fenced' });
    gate.resolve(undefined);
    await refused;
    await world.pass(SWEEP_AFTER);
    await slow.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.seen).toEqual([]);
    expect(await world.log.head()).toBe(0);
  });

  it('of an owner that died between append and commit is told by another instance that the broker asks', async () => {
    const world = await consumed(await openLog());
    const dying = await world.instance('dying', { log: landing(world.log) });
    const two = await world.instance('two');
    void dying.orders.append('order-1', 0, [placed()]);
    await world.turn();
    expect([await world.log.head(), world.seen.length]).toEqual([1, 0]);
    dying.crash();
    await world.pass(ASKED_AFTER + 500);
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(two.told('checked-back')).toMatchObject([{ answer: 'commit', key: 'order-1' }]);
  });

  it('of an owner that died between append and commit is swept when the broker has stopped asking', async () => {
    const log = await openLog();
    const world = new World({
      log,
      broker: { transactions: { timeout: 100, checkInterval: 100, maxChecks: 0 } },
    });
    await world.consume('order');
    const dying = await world.instance('dying', { log: landing(log) });
    const two = await world.instance('two');
    void dying.orders.append('order-1', 0, [placed()]);
    await world.turn();
    dying.crash();
    await world.pass(1_000);
    expect(world.broker.halfMessages.abandoned).toBe(1);
    two.relay.start();
    await world.pass(SWEEP_AFTER - 2_000);
    expect(world.visible()).toEqual([]);
    await world.pass(4_000);
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(two.relay.status()).toMatchObject({ swept: 1, position: 1, unconfirmed: 0 });
    await two.relay.stop();
  });

  it('that met a conflict is rolled back by a check-back though its second attempt is committed', async () => {
    const world = await consumed(await openLog());
    const two = await world.instance('two');
    await two.orders.append('order-1', 0, [placed()]);
    const dying = await world.instance('dying', { log: landing(world.log) });
    void dying.orders.append('order-1', 0, [paid], { commitId: 'pay' });
    await world.turn();
    dying.crash();
    expect(world.broker.halfMessages.open).toBe(1);
    committed(await two.orders.append('order-1', 1, [paid], { commitId: 'pay' }));
    await world.pass(3 * ASKED_AFTER);
    expect(world.visible()).toEqual(['order-1 1-1', 'order-1 2-2']);
    expect(two.told('checked-back')).toMatchObject([{ answer: 'rollback' }]);
    expect(world.broker.halfMessages.open).toBe(0);
  });
});
