import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { ChangeStreamWakeUp, NEVER_TELLS } from '../../src/mongodb/read/change-stream-wake-up.js';
import { announceCommit, CommitWatch } from '../../src/mongodb/read/wait-for-commit.js';
import type { MongoLog } from '../../src/mongodb/connection/mongo-log.js';

/** A log of which only the head is asked, and how often. */
class HeadOnly {
  head = 0;
  asked = 0;
  readonly streams: (EventEmitter & { closed: boolean })[] = [];
  readonly log = {
    location: `head-only-${crypto.randomUUID()}`,
    logId: 'log-1',
    tail: {
      findOne: () => {
        this.asked += 1;
        return Promise.resolve(this.head === 0 ? null : { _id: this.head });
      },
      watch: () => {
        const stream = Object.assign(new EventEmitter(), {
          closed: false,
          close(): Promise<void> {
            stream.closed = true;
            return Promise.resolve();
          },
        });
        this.streams.push(stream);
        return stream;
      },
    },
  } as unknown as MongoLog;
}

/** Time passes when the test says so. */
class Timers {
  readonly pending: { readonly milliseconds: number; readonly work: () => void }[] = [];
  after(milliseconds: number, work: () => void): () => void {
    const timer = { milliseconds, work };
    this.pending.push(timer);
    return () => {
      const at = this.pending.indexOf(timer);
      if (at !== -1) this.pending.splice(at, 1);
    };
  }

  /** @returns how long it would have taken */
  async fire(): Promise<number> {
    const { milliseconds, work } = await until(() => this.pending[0]);
    this.pending.shift();
    work();
    return milliseconds;
  }
}

const never = new AbortController().signal;

describe('Waiting for a commit', () => {
  test('asks often at first, then every 25 ms, however many wait', async () => {
    const server = new HeadOnly();
    const timers = new Timers();
    const watch = new CommitWatch(server.log, timers, NEVER_TELLS);
    const waits = [1, 2, 3].map(() => watch.wait(0, never));
    const pauses: number[] = [];
    for (let look = 0; look < 8; look++) pauses.push(await timers.fire());
    expect(pauses[0]).toBe(4);
    expect(pauses.at(-1)).toBe(25);
    await until(() => timers.pending.length === 1);
    expect(server.asked).toBeLessThanOrEqual(pauses.length + 2);
    server.head = 1;
    await timers.fire();
    await Promise.all(waits);
    expect(timers.pending).toEqual([]);
  });

  test('asks at once when a store of this process has appended, and misses nothing that comes meanwhile', async () => {
    const server = new HeadOnly();
    const timers = new Timers();
    const watch = new CommitWatch(server.log, timers, NEVER_TELLS);
    const waiting = watch.wait(0, never);
    server.head = 1;
    announceCommit(server.log);
    await waiting;
    expect(server.asked).toBe(2);
  });

  test('leaves no timer behind when it is aborted, and none when the store closes', async () => {
    const timers = new Timers();
    const watch = new CommitWatch(new HeadOnly().log, timers, NEVER_TELLS);
    const abort = new AbortController();
    const waits = [watch.wait(0, abort.signal), watch.wait(0, never)];
    await until(() => timers.pending.length === 1);
    abort.abort();
    await waits[0];
    watch.close();
    await waits[1];
    expect(timers.pending).toEqual([]);
  });

  test('is woken by the change stream where there is one, and asks only every second besides', async () => {
    const server = new HeadOnly();
    const timers = new Timers();
    const watch = new CommitWatch(server.log, timers, new ChangeStreamWakeUp(server.log));
    const waiting = watch.wait(0, never);
    server.streams[0]!.emit('init');
    await until(() => timers.pending[0]?.milliseconds === 1_000);
    server.head = 1;
    server.streams[0]!.emit('change', {});
    await waiting;
    await Promise.all([watch.wait(0, never), watch.wait(0, never)]);
    expect(server.streams).toHaveLength(1);
    watch.close();
    expect(server.streams[0]!.closed).toBe(true);
  });

  test('goes back to asking when the change stream fails', async () => {
    const server = new HeadOnly();
    const timers = new Timers();
    const watch = new CommitWatch(server.log, timers, new ChangeStreamWakeUp(server.log));
    const waiting = watch.wait(0, never);
    server.streams[0]!.emit('init');
    await until(() => timers.pending[0]?.milliseconds === 1_000);
    server.streams[0]!.emit('error', new Error('not allowed'));
    await until(() => timers.pending[0]?.milliseconds === 4);
    server.head = 1;
    await timers.fire();
    await waiting;
    expect(server.streams[0]!.closed).toBe(true);
    watch.close();
  });
});
