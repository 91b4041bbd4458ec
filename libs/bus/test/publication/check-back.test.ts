import { answerCheckBack, commitMessage, type Message, type PublishableCommit } from '@varve/bus';
import type { EventStore } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { describe, expect, it } from 'vitest';
import { placed } from './support/world.js';

const PREPARED = new Date('2026-11-21T14:00:00Z');

function half(log: EventStore, changes: Partial<PublishableCommit> = {}): Message {
  const commit = {
    stream: 'order-1',
    firstVersion: 1,
    lastVersion: 1,
    commitId: 'place',
    at: PREPARED,
    events: [placed()],
    ...changes,
  };
  return commitMessage(commit, { logId: log.logId, topic: 'order' });
}

async function asked(log: EventStore, message: Message, age = 0) {
  const now = () => new Date(PREPARED.getTime() + age);
  return answerCheckBack(log, message, { now, fenceAfter: 1_000 });
}

async function withCommit(): Promise<InMemoryEventStore> {
  const log = new InMemoryEventStore();
  await log.append('order-1', 0, [placed()], { commitId: 'place', at: PREPARED });
  return log;
}

describe('A check-back', () => {
  it('is answered with commit when the log has the very same commit', async () => {
    const log = await withCommit();
    expect(await asked(log, half(log))).toMatchObject({ answer: 'commit' });
    expect(await asked(log, half(log), 1e9)).toMatchObject({ answer: 'commit' });
  });

  it.each([
    ['stream', { stream: 'order-2' }],
    ['versions', { firstVersion: 2, lastVersion: 2 }],
    ['events', { events: [placed(2)] }],
    ['number of events', { lastVersion: 2, events: [placed(), placed()] }],
    ['event types', { events: [{ ...placed(), type: 'order.paid' }] }],
    ['schema versions', { events: [{ ...placed(), schemaVersion: 2 }] }],
    ['metadata', { events: [{ ...placed(), metadata: { actor: 'ann' } }] }],
    ['time', { at: new Date(PREPARED.getTime() + 1) }],
  ])('is answered with rollback when the log has another %s under its id', async (_, changes) => {
    const log = await withCommit();
    expect(await asked(log, half(log, changes))).toMatchObject({ answer: 'rollback' });
  });

  it('about a pointer is judged by the numbers', async () => {
    const log = await withCommit();
    const pointer = (changes: Partial<PublishableCommit>): Message => {
      const { event } = half(log, changes);
      const { data: _, datacontenttype: __, ...rest } = event;
      return { ...half(log, changes), event: { ...rest, type: 'varve.commit-pointer' } };
    };
    expect(await asked(log, pointer({}))).toMatchObject({ answer: 'commit' });
    expect(await asked(log, pointer({ firstVersion: 2, lastVersion: 2 }))).toMatchObject({
      answer: 'rollback',
    });
  });

  it('about a fenced id is answered with rollback', async () => {
    const log = new InMemoryEventStore();
    await log.fence('place');
    expect(await asked(log, half(log))).toMatchObject({ answer: 'rollback' });
  });

  it('about what is not appended is not answered while it is young, and nothing is fenced', async () => {
    const log = new InMemoryEventStore();
    expect(await asked(log, half(log), 999)).toMatchObject({ answer: 'unknown' });
    expect(await log.findCommit('place')).toEqual({ outcome: 'absent' });
  });

  it('about what is not appended and old is answered with rollback only after a fence', async () => {
    const log = new InMemoryEventStore();
    expect(await asked(log, half(log), 1_000)).toMatchObject({ answer: 'rollback' });
    await expect(log.append('order-1', 0, [placed()], { commitId: 'place' })).rejects.toMatchObject({
      code: 'commit-fenced',
    });
  });

  it('believes the fence, before which the append may have come after all', async () => {
    const log = await withCommit();
    const racing = new Proxy(log, {
      get: (target, key) => {
        if (key === 'findCommit') return async () => ({ outcome: 'absent' });
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    expect(await asked(racing, half(log), 1_000)).toMatchObject({ answer: 'commit' });
    const other = half(log, { firstVersion: 7, lastVersion: 7 });
    expect(await asked(racing, other, 1_000)).toMatchObject({ answer: 'rollback' });
  });

  it('goes by the age of the half message, not by the time that its commit gives itself', async () => {
    const log = new InMemoryEventStore();
    const message = half(log, { at: new Date(0) });
    const prepared = { ...message, event: { ...message.event, preparedat: PREPARED.toISOString() } };
    expect(await asked(log, prepared, 10)).toMatchObject({ answer: 'unknown' });
    expect(await asked(log, prepared, 1_000)).toMatchObject({ answer: 'rollback' });
  });

  it('is not answered when the log cannot be asked, nor about another log, nor about what is no commit', async () => {
    const log = await withCommit();
    const closed = new InMemoryEventStore();
    await closed.close();
    expect(await asked(closed, half(closed), 1e9)).toMatchObject({
      answer: 'unknown',
      why: 'the log cannot be asked',
    });
    expect(await asked(log, half(new InMemoryEventStore()), 1e9)).toMatchObject({ answer: 'unknown' });
    const foreign = { ...half(log), event: { ...half(log).event, type: 'com.example.other' } };
    expect(await asked(log, foreign, 1e9)).toMatchObject({ answer: 'unknown' });
  });

  it('about a swept commit without an id goes by its position', async () => {
    const log = new InMemoryEventStore();
    await log.append('order-1', 0, [placed()], { at: PREPARED });
    const { commitId: _, ...commit } = {
      stream: 'order-1',
      firstVersion: 1,
      lastVersion: 1,
      commitId: '',
      at: PREPARED,
    };
    const swept = (position: number): Message =>
      commitMessage({ ...commit, position, events: [placed()] }, { logId: log.logId, topic: 'order' });
    expect(await asked(log, swept(1))).toMatchObject({ answer: 'commit' });
    expect(await asked(log, swept(2), 1e9)).toMatchObject({ answer: 'unknown' });
  });
});
