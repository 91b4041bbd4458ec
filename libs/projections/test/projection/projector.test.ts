import { defineReactor, replayReactor, type ProjectorEvent } from '@varve/projections';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import {
  AT_ONCE,
  charge,
  foldOf,
  newLog,
  openLog,
  openReadModels,
  projector,
  rowsOf,
  totals,
} from './orders.js';

describe('a projector', () => {
  it('brings its projections to the head of the log, and gives the leases back', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    for (let i = 0; i < 50; i++) await charge(log, `order-${i % 7}`, i);
    const one = projector({ log, readModels, projections: [totals()] });
    await one.runUntilCaughtUp();

    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    expect((await readModels.readLease('totals@1'))?.owner).toBeUndefined();
    await charge(log, 'order-1', 5);
    await one.runUntilCaughtUp();
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('follows the log while it is started, and answers when a position is reached', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const one = projector({ log, readModels, projections: [totals()] });
    await one.start();
    const position = await charge(log, 'order-1', 5);
    expect(await one.waitFor(position, 'totals')).toEqual({ reached: true, position });
    expect(await rowsOf(readModels)).toEqual([{ id: 'order-1', cents: 5, events: 1 }]);

    const next = await charge(log, 'order-1', 5);
    await one.runUntilCaughtUp();
    expect((await one.status()).projections[0]?.live?.checkpoint.position).toBe(next);
  });

  it('lets one of several instances work, and another go on when that one is stopped', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const file = readModels.location;
    const a = projector({ log, readModels, projections: [totals()], owner: 'a' });
    const b = projector({ log, readModels: await openReadModels(file), projections: [totals()], owner: 'b' });
    await a.start();
    await until(async () => (await readModels.readLease('totals@1'))?.owner === 'a');
    await b.start();
    const first = await charge(log, 'order-1', 5);
    expect(await b.waitFor(first, 'totals'), 'where the other one works').toMatchObject({ reached: true });
    await a.stop();
    const position = await charge(log, 'order-1', 5);
    expect(await b.waitFor(position, 'totals')).toMatchObject({ reached: true });
    expect((await readModels.readLease('totals@1'))?.owner).toBe('b');
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('refuses to work for a group that has its read models elsewhere, and says where', async () => {
    const log = await openLog(join(temporaryFolder(), 'log.db'));
    const [here, elsewhere] = [await openReadModels(), await openReadModels()];
    await projector({ log, readModels: here, projections: [totals()] }).runUntilCaughtUp();
    const second = projector({ log, readModels: elsewhere, projections: [totals()] });
    await expect(second.start()).rejects.toMatchObject({ code: 'invalid-options' });
    await expect(second.start()).rejects.toThrow(here.location);
    const other = projector({ log, readModels: elsewhere, projections: [totals()], group: 'other' });
    await other.runUntilCaughtUp();
  });

  it('does not wait for ever for a setup that never ends when it is stopped with a limit, and makes nothing of it', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const hanging = { ...totals(), setup: () => new Promise<void>(() => undefined) };
    const one = projector({ log, readModels, projections: [hanging] });
    const started = one.start().catch((error: unknown) => error);
    await expect(one.stop({ timeout: 20 })).rejects.toMatchObject({
      code: 'setup-failed',
      message: expect.stringContaining('had not ended when the projector was stopped') as string,
    });
    expect(await started).toMatchObject({ code: 'setup-failed' });
    expect(await readModels.listVersions()).toEqual([]);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
  });

  it('says where everything stands', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 5);
    const one = projector({ log, readModels, projections: [totals()] });
    await one.runUntilCaughtUp();
    await charge(log, 'order-1', 5);
    expect(await one.status()).toMatchObject({
      started: false,
      head: 2,
      projections: [{ name: 'totals', codeVersion: 1, live: { version: 1, behind: 1, parked: 0 } }],
    });
  });

  it('tells reactors of what comes from now on, or of everything', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    const heard: string[] = [];
    const reactor = (name: string, startFrom: 'from-now' | 'beginning') =>
      defineReactor({
        name,
        startFrom,
        on: { 'order.charged': (event) => void heard.push(`${name} ${event.position}`) },
      });
    const reactors = [reactor('mail', 'from-now'), reactor('audit', 'beginning')];
    const one = projector({ log, readModels, projections: [], reactors });
    await one.runUntilCaughtUp();
    await charge(log, 'order-1', 1);
    await one.runUntilCaughtUp();
    expect(heard.toSorted()).toEqual(['audit 1', 'audit 2', 'mail 2']);
    expect((await one.status()).reactors.map(({ name, behind }) => [name, behind])).toEqual([
      ['mail', 0],
      ['audit', 0],
    ]);
  });

  it('has a reactor do it again from a position on, when that is asked for', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const heard: (number | undefined)[] = [];
    const on = { 'order.charged': (event: { position?: number }) => void heard.push(event.position) };
    const reactors = [defineReactor({ name: 'mail', startFrom: 'beginning', on })];
    const one = projector({ log, readModels, projections: [], reactors });
    await expect(replayReactor({ log, readModels }, 'mail', 1)).rejects.toMatchObject({
      code: 'unknown-projection',
    });
    for (let i = 0; i < 3; i++) await charge(log, 'order-1', i);
    await one.runUntilCaughtUp();
    await replayReactor({ log, readModels }, 'mail', 2);
    await one.runUntilCaughtUp();
    expect(heard).toEqual([1, 2, 3, 2, 3]);
    await expect(replayReactor({ log, readModels }, 'mail', 9)).rejects.toMatchObject({
      code: 'invalid-options',
    });
  });

  it('refuses to catch up past a projection that stopped, and names the reason', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    const failing = totals({
      before: () => {
        throw new Error('out of ink');
      },
    });
    const one = projector({ log, readModels, projections: [failing] });
    await expect(one.runUntilCaughtUp()).rejects.toThrow(/"totals@1" is stopped.*out of ink/);
  });
});

describe('a projection whose version was raised', () => {
  it('is built beside the live one, which is served meanwhile, and takes its place by itself', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    for (let i = 0; i < 20; i++) await charge(log, `order-${i % 3}`, i);
    const old = projector({ log, readModels, projections: [totals()] });
    await old.runUntilCaughtUp();

    let mayGoOn = false;
    const before = () => {
      if (!mayGoOn) throw new Error('not yet');
    };
    const failurePolicy = { retries: 1_000_000, firstDelay: 1, maxDelay: 1 };
    const next = totals({ version: 2, times: 2, before, failurePolicy });
    const events: ProjectorEvent[] = [];
    const deployed = projector({
      log,
      readModels,
      projections: [next],
      onEvent: (event) => events.push(event),
    });
    await deployed.start();
    await until(() => events.some(({ kind }) => kind === 'retrying'));
    expect(await rowsOf(readModels)).toEqual(await foldOf(log, 1));

    mayGoOn = true;
    await until(() => events.some(({ kind }) => kind === 'switched'));
    expect(await rowsOf(readModels)).toEqual(await foldOf(log, 2));
  });

  it('is left alone by instances of the old code, also when they start again', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    const events: ProjectorEvent[] = [];
    const old = projector({
      log,
      readModels,
      projections: [totals()],
      onEvent: (event) => events.push(event),
    });
    await old.start();
    await old.waitFor(1, 'totals');
    const next = projector({ log, readModels, projections: [totals({ version: 2, times: 2 })] });
    await next.runUntilCaughtUp();
    await until(() => events.some(({ kind }) => kind === 'not-followed'));
    await old.stop();

    const again = projector({ log, readModels, projections: [totals()] });
    await again.start();
    await charge(log, 'order-1', 1);
    await next.runUntilCaughtUp();
    expect(await rowsOf(readModels)).toEqual(await foldOf(log, 2));
    expect((await again.status()).projections[0]?.live?.version).toBe(2);
  });

  it('does not take over with streams parked that the old one has not, until they are retried', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    await charge(log, 'order-2', 1);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    let fails = true;
    const before = ({ stream }: { stream: string }) => {
      if (fails && stream === 'order-1') throw new Error('bug');
    };
    const failurePolicy = { ...AT_ONCE, then: 'park' as const };
    const events: ProjectorEvent[] = [];
    const next = projector({
      log,
      readModels,
      projections: [totals({ version: 2, before, failurePolicy })],
      onEvent: (event) => events.push(event),
    });
    await next.runUntilCaughtUp();
    expect(events.find(({ kind }) => kind === 'switch-held')).toMatchObject({ streams: ['order-1'] });
    expect((await next.status()).projections[0]?.live?.version).toBe(1);

    fails = false;
    await readModels.request('totals@2', 'order-1', 'retry');
    await next.runUntilCaughtUp();
    expect((await next.status()).projections[0]?.live?.version).toBe(2);
  });

  it('leaves no trace of the old version when that is asked for', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    const projections = [totals({ version: 2 })];
    await projector({ log, readModels, projections, replaced: 'drop' }).runUntilCaughtUp();
    expect((await readModels.listVersions()).map(({ processor }) => processor)).toEqual(['totals@2']);
  });
});

describe('waiting for a position', () => {
  it('times out with how far the projection has come', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const one = projector({ log, readModels, projections: [totals()] });
    await one.runUntilCaughtUp();
    await charge(log, 'order-1', 1);
    const outcome = await one.waitFor(1, 'totals', { timeout: 5 });
    expect(outcome).toEqual({ reached: false, reason: 'timeout', position: 0 });
  });

  it('says that the stream is parked, and only for that stream', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const before = ({ stream }: { stream: string }) => {
      if (stream === 'order-1') throw new Error('bug');
    };
    const failurePolicy = { ...AT_ONCE, then: 'park' as const };
    const one = projector({ log, readModels, projections: [totals({ before, failurePolicy })] });
    await charge(log, 'order-1', 1);
    await charge(log, 'order-2', 1);
    await charge(log, 'order-1', 1);
    await one.runUntilCaughtUp();
    expect(await one.waitFor(1, 'totals')).toEqual({ reached: false, reason: 'parked', position: 3 });
    expect(await one.waitFor(2, 'totals')).toEqual({ reached: true, position: 3 });
    expect(await one.waitFor(3, 'totals')).toEqual({ reached: false, reason: 'parked', position: 3 });
  });

  it('says that the projection is paused or stopped, without waiting', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const one = projector({ log, readModels, projections: [totals()] });
    await one.runUntilCaughtUp();
    await readModels.setState('totals@1', 'paused', 'by hand');
    expect(await one.waitFor(1, 'totals')).toEqual({ reached: false, reason: 'paused', position: 0 });
    await readModels.setState('totals@1', 'stopped');
    expect(await one.waitFor(1, 'totals')).toEqual({ reached: false, reason: 'stopped', position: 0 });
  });

  it('waits for a projection of this code that has never run, too', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const one = projector({ log, readModels, projections: [totals()] });
    const position = await charge(log, 'order-1', 1);
    const waiting = one.waitFor(position, 'totals');
    await one.start();
    expect(await waiting).toEqual({ reached: true, position });
  });

  it('ends with the signal, and refuses a projection that nobody knows', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    const one = projector({ log, readModels, projections: [totals()] });
    await one.runUntilCaughtUp();
    const reason = new Error('the client went away');
    await expect(one.waitFor(1, 'totals', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(one.waitFor(1, 'nobody')).rejects.toMatchObject({ code: 'unknown-projection' });
  });
});
