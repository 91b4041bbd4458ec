import type { BusNotice } from '@varve/bus';
import { expect, describe, test } from 'vitest';
import { Fixture, foldOf, ID, settle, started, TOPIC } from './fixture.js';

describe('A sequencer', () => {
  test.each([
    ['begins inside what was applied', { firstVersion: 2, lastVersion: 3 }],
    ['begins inside what is to be applied', { firstVersion: 4, lastVersion: 5 }],
    ['ends where the log has no end', { firstVersion: 7, lastVersion: 7 }],
  ])('refuses a message that the log contradicts, and goes on, when it %s', async (_, bounds) => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    await fixture.publish(await fixture.append('order-1', 2));
    await settle(fixture, processor);
    const [next, last] = [await fixture.append('order-1', 2), await fixture.append('order-1', 4)];
    const events = last.events.slice(0, bounds.lastVersion - bounds.firstVersion + 1);
    await fixture.publish({ ...last, ...bounds, events }, next);
    await settle(fixture, processor);
    await fixture.publish(last);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(sequencer.status()).toMatchObject({ state: 'running', held: 0, heldBytes: 0 });
    expect(await fixture.bus.deadLetters('orders').list()).toMatchObject([
      { topic: TOPIC, errorCode: 'message-rejected' },
    ]);
  });

  test('leaves out what is of another log, and goes on when whoever is told of it rejects', async () => {
    const fixture = new Fixture();
    const told: string[] = [];
    const onNotice = async ({ kind }: BusNotice) => {
      told.push(kind);
      throw new Error('of the listener');
    };
    const { processor } = await started(
      fixture,
      fixture.sequencer({ onNotice: (notice) => onNotice(notice) as unknown as undefined }),
    );
    const other = new Fixture();
    await fixture.bus.publish([other.message(await other.append('order-1'))]);
    await fixture.publish(await fixture.append('order-1'));
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(told).toEqual(['message-dropped']);
  });

  test('refuses the one of two different commits of one place that the log does not have', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    const commit = await fixture.append('order-1', 1, { commitId: 'one' });
    const next = await fixture.append('order-1');
    await fixture.publish({ ...commit, commitId: 'another' }, commit, next);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
    expect(sequencer.status()).toMatchObject({ state: 'running', held: 0 });
    expect(await fixture.bus.deadLetters('orders').list()).toHaveLength(1);
  });

  test('refuses a pointer with other bounds than the commit in the log', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    const commit = await fixture.append('order-1', 3);
    const wrong = { ...commit, lastVersion: 2, events: commit.events.slice(0, 2) };
    await fixture.bus.publish([fixture.message(wrong, { pointer: true })]);
    await settle(fixture, processor);
    await fixture.publish(commit);
    await settle(fixture, processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3] });
    expect(sequencer.status()).toMatchObject({ state: 'running', held: 0 });
    expect(await fixture.bus.deadLetters('orders').list()).toHaveLength(1);
  });

  test('stops with log-diverged when a message agrees with the log, and not with what was applied', async () => {
    const fixture = new Fixture();
    const { sequencer, processor } = await started(fixture);
    const [first, second] = [await fixture.append('order-1', 2), await fixture.append('order-1', 2)];
    const events = [...first.events, ...second.events.slice(0, 1)];
    await fixture.publish({ ...first, lastVersion: 3, events });
    await settle(fixture, processor);
    await fixture.publish(second);
    expect(await settle(fixture, processor)).toMatchObject({ kind: 'stopped' });
    expect((await fixture.store.readLease(ID))?.reason).toMatch(/^log-diverged.*on order.*versions 3 to 4/);
    expect(sequencer.status().state).toBe('closed');
  });
});
