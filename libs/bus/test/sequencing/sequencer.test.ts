import { InvalidBusOptionsError, Sequencer, type BusNotice } from '@varve/bus';
import { InBatches } from '@varve/bus/testing';
import { InMemoryProcessorStore } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';
import { Fixture, foldOf, settle, started, TOPIC } from './fixture.js';
import { failing, lagging } from './unreliable-logs.js';

/** A bus without lanes. */
const UNORDERED = { chaos: { seed: 1, reorder: 0.000_001 } };

describe('A sequencer', () => {
  test('applies commits of a bus as they come, and acknowledges them after the transaction', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    await fixture.publish(await fixture.append('order-1', 2), await fixture.append('order-2'));
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2], 'order-2': [1] });
    expect(await fixture.position()).toBe(0);
    expect(sequencer.status()).toMatchObject({ held: 0, applied: 2, duplicates: 0, refills: 0 });
  });

  test('drops what it knows, however often it comes', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    const commit = await fixture.append('order-1');
    await fixture.publish(commit, commit, commit);
    await settle(fixture, processor);
    await fixture.publish(commit);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(sequencer.status()).toMatchObject({ held: 0, applied: 1, duplicates: 3 });
  });

  test('takes a batch, and gives back only that of it which is no commit', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(
      fixture,
      fixture.sequencer({ bus: new InBatches(fixture.bus) }),
    );
    const commits = [await fixture.append('order-1', 2), await fixture.append('order-2')];
    const [first, second] = commits.map((commit) => fixture.message(commit));
    const stranger = { ...first!, event: { ...first!.event, id: 'x', type: 'stranger' } };
    await fixture.bus.publish([first!, stranger, second!]);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2], 'order-2': [1] });
    expect(sequencer.status()).toMatchObject({ held: 0, applied: 2, duplicates: 0, refills: 0 });
    const dead = await fixture.bus.deadLetters('orders').list();
    expect(dead.map(({ message }) => message?.event.id)).toEqual(['x']);
  });

  test('reads a gap from the log at once on lanes', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    for (let i = 0; i < 3; i += 1) await fixture.append('order-1', 2);
    await fixture.publish(await fixture.append('order-1', 2));
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3, 4, 5, 6, 7, 8] });
    expect(sequencer.status()).toMatchObject({ held: 0, refills: 1 });
  });

  test('waits a moment for what is missing without lanes, and asks the log then', async () => {
    const fixture = new Fixture(UNORDERED);
    const { sequencer, processor } = await started(fixture);
    const [first, second, third] = [
      await fixture.append('order-1'),
      await fixture.append('order-1'),
      await fixture.append('order-1'),
    ];
    await fixture.publish(second);
    await settle(fixture, processor);
    expect(sequencer.status()).toMatchObject({ held: 1, refills: 0 });
    await fixture.publish(first);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    await fixture.append('order-1');
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(sequencer.status().refills).toBe(0);
    fixture.time.advance(50);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3, 4, 5] });
    await fixture.publish(third);
    await settle(fixture, processor);
    expect(sequencer.status()).toMatchObject({ held: 0, refills: 1 });
  });

  test('reads a pointer from the log', async () => {
    const fixture = new Fixture(UNORDERED);
    const { processor } = await started(fixture);
    await fixture.bus.publish([
      fixture.message(await fixture.append('order-1', 3), { pointer: true }),
      fixture.message(await fixture.append('order-1', 2)),
    ]);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3, 4, 5] });
  });

  test('reads a long gap page by page', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    for (let i = 0; i < 35; i += 1) await fixture.append('order-1', 100);
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(fixture.rows()['order-1']).toHaveLength(3_501);
    expect(sequencer.status().refills).toBeGreaterThan(3);
  });

  test('asks again as long as the log has less than a message promised, and never takes it for the end', async () => {
    const fixture = new Fixture();
    let lag = 0;
    const log = lagging(fixture.log, () => lag);
    const { sequencer, processor } = await started(fixture, fixture.sequencer({ log }));
    for (let i = 0; i < 4; i += 1) await fixture.append('order-1');
    const last = await fixture.append('order-1');
    lag = 3;
    await fixture.publish(last);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    fixture.time.advance(60);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    lag = 0;
    fixture.time.advance(500);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3, 4, 5] });
    expect(sequencer.status()).toMatchObject({ held: 0 });
  });

  test('fetches nothing more while the log cannot be asked, gives nothing back, and goes on by itself', async () => {
    const fixture = new Fixture();
    let isDown = false;
    const log = failing(fixture.log, () => isDown);
    const { sequencer, processor } = await started(fixture, fixture.sequencer({ log }));
    await fixture.append('order-1');
    isDown = true;
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(sequencer.status()).toMatchObject({ state: 'paused', held: 1 });
    isDown = false;
    fixture.time.advance(1_000);
    await settle(fixture, processor);
    expect(sequencer.status()).toMatchObject({ state: 'running', held: 0 });
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    expect(await fixture.bus.deadLetters('orders').list()).toEqual([]);
  });

  test('holds what it has while the read model is away, and nothing drifts into the dead letters', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    await fixture.publish(await fixture.append('order-1'), await fixture.append('order-2'));
    fixture.store.transaction = () => Promise.reject(new Error('the disk is away'));
    for (let hour = 0; hour < 60; hour += 1) {
      await settle(fixture, processor);
      fixture.time.advance(60_000);
    }
    expect(sequencer.status()).toMatchObject({ state: 'paused', held: 2 });
    fixture.store.transaction = InMemoryProcessorStore.prototype.transaction;
    await settle(fixture, processor);
    expect(sequencer.status()).toMatchObject({ state: 'running', held: 0 });
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1] });
    expect(await fixture.bus.deadLetters('orders').list()).toEqual([]);
  });

  test('gives back what it holds with its lease, and whoever has it then goes on', async () => {
    const fixture = new Fixture(UNORDERED);
    const { sequencer, processor } = await started(fixture);
    await fixture.append('order-1');
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(sequencer.status().held).toBe(1);
    await processor.stop();
    expect(sequencer.status()).toMatchObject({ state: 'closed', held: 0 });
    const next = await started(fixture);
    fixture.time.advance(30_000);
    await settle(fixture, next.processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    expect(next.sequencer.status().held).toBe(0);
  });

  test('leaves out what is of another log, says so once, and acknowledges it', async () => {
    const fixture = new Fixture();
    const notices: BusNotice[] = [];
    const { sequencer, processor } = await started(
      fixture,
      fixture.sequencer({ onNotice: (notice) => notices.push(notice) }),
    );
    const other = new Fixture();
    const foreign = other.message(await other.append('order-1'));
    await fixture.bus.publish([foreign, foreign]);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({});
    expect(notices).toMatchObject([{ kind: 'message-dropped', group: 'orders', key: 'order-1' }]);
    expect(sequencer.status().held).toBe(0);
  });

  test('sends what is no commit where the policy says, and loses no neighbour', async () => {
    const fixture = new Fixture();
    const { processor } = await started(fixture);
    const event = { specversion: '1.0', id: '1', source: '/elsewhere', type: 'weather' } as const;
    await fixture.publish(await fixture.append('order-1'));
    await fixture.bus.publish([{ topic: TOPIC, key: 'order-1', event }]);
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    expect(await fixture.bus.deadLetters('orders').list()).toMatchObject([
      { topic: TOPIC, errorCode: 'message-rejected' },
    ]);
  });

  test('keeps no more than it may: messages by number, what waits by bytes', async () => {
    const fixture = new Fixture(UNORDERED);
    const log = failing(fixture.log, () => true);
    const sequencer = fixture.sequencer({ log, maxHeld: 100, maxHeldBytes: 2_000, hold: 0 });
    const { processor } = await started(fixture, sequencer);
    for (let i = 0; i < 300; i += 1) {
      await fixture.append(`order-${i}`);
      await fixture.publish(await fixture.append(`order-${i}`, 3));
    }
    await settle(fixture, processor);
    const { held, heldBytes } = sequencer.status();
    expect(held).toBeLessThanOrEqual(100);
    expect(held).toBeGreaterThan(0);
    expect(heldBytes).toBeLessThan(2_500);
    // The walker brings it all the same, and the messages may go.
    for (let i = 0; i < 40; i += 1) {
      fixture.time.advance(1_000);
      await settle(fixture, processor);
    }
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(sequencer.status()).toMatchObject({ held: 0, heldBytes: 0 });
  });

  test('says once that everything in hand waits for what the log does not have, and goes on afterwards', async () => {
    const fixture = new Fixture();
    const notices: BusNotice[] = [];
    const sequencer = fixture.sequencer({ maxHeld: 10, onNotice: (notice) => notices.push(notice) });
    const { processor } = await started(fixture, sequencer);
    const real = await fixture.append('order-0', 2);
    const phantoms = Array.from({ length: 10 }, (_, i) => {
      const stream = `order-${i + 1}`;
      const events = real.events.map((event, at) => ({ ...event, stream, version: at + 2 }));
      return { ...real, stream, firstVersion: 2, lastVersion: 3, events };
    });
    await fixture.publish(...phantoms.slice(0, 9));
    await settle(fixture, processor);
    const troubles = () => notices.filter(({ kind }) => kind === 'trouble');
    expect(troubles()).toEqual([]);
    await fixture.publish(...phantoms.slice(9));
    for (let i = 0; i < 3; i += 1) {
      await settle(fixture, processor);
      fixture.time.advance(200);
    }
    expect(troubles()).toMatchObject([{ what: 'The feed of group "orders" stands still' }]);
    expect(sequencer.status()).toMatchObject({ state: 'paused', held: 10 });
    expect(String(sequencer.status().lastError)).toMatch(/wait for commits that the log does not have/);
    for (const { stream } of phantoms) for (const events of [1, 2]) await fixture.append(stream, events);
    for (let i = 0; i < 10; i += 1) {
      fixture.time.advance(2_000);
      await settle(fixture, processor);
    }
    expect(sequencer.status()).toMatchObject({ state: 'running', held: 0 });
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  test('works while the broker is away by walking the log, and says so', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    fixture.broker.goDown();
    await fixture.append('order-1');
    for (let i = 0; i < 4; i += 1) {
      await settle(fixture, processor);
      fixture.time.advance(1_000);
    }
    expect(sequencer.status().state).toBe('unavailable');
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    fixture.broker.comeBack();
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(sequencer.status().state).toBe('running');
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
  });

  test('is refused with the name of what is wrong', () => {
    const fixture = new Fixture();
    const misspelled: object = { maxhold: 10 };
    for (const wrong of [
      { maxHeld: 0 },
      { maxHeld: 10_001 },
      { maxHeldBytes: 0 },
      { hold: -1 },
      misspelled,
    ]) {
      expect(
        () => new Sequencer({ bus: fixture.bus, topics: [TOPIC], group: 'g', log: fixture.log, ...wrong }),
      ).toThrow(InvalidBusOptionsError);
    }
  });
});
