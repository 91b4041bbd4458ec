import { InstanceReporter, isSilent, type RelayStatus, type TwoPhaseStatus } from '@varve/bus';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import { StoreUnavailableError } from '@varve/eventstore';
import { describe, expect, it } from 'vitest';
import { ManualTime } from '../../../../test/support/manual-time.js';

const OF = { relay: 'relay', logId: 'log-a' };
const IDLE: RelayStatus = {
  state: 'caught-up',
  position: 0,
  head: 0,
  parked: 0,
  batchSize: 500,
  eventsPerSecond: 0,
  relayed: 0,
  swept: 0,
  unconfirmed: 0,
};
const NOTHING: TwoPhaseStatus = {
  prepared: 0,
  deciding: 0,
  committed: 0,
  rolledBack: 0,
  leftInDoubt: 0,
  leftToSweep: 0,
  toRecord: 0,
};

/** An instance that says how it goes, in a time that stands still. */
class Telling {
  readonly time = new ManualTime();
  readonly store: InMemoryPublicationStore;
  writes = 0;
  relay: RelayStatus = IDLE;
  twoPhase: TwoPhaseStatus = NOTHING;
  readonly reporter: InstanceReporter;

  constructor(store = new InMemoryPublicationStore()) {
    this.store = store;
    this.reporter = new InstanceReporter({
      store: {
        recordInstance: (of, report) => {
          this.writes += 1;
          return store.recordInstance(of, report);
        },
        listInstances: (of) => store.listInstances(of),
        forgetInstance: (of, instance) => store.forgetInstance(of, instance),
      },
      instance: 'one',
      published: () => OF,
      status: () => ({ relay: this.relay, twoPhase: this.twoPhase }),
      timers: this.time,
      now: this.time.date,
    });
  }

  async pass(milliseconds: number): Promise<void> {
    this.time.advance(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async said() {
    const [report] = await this.store.listInstances(OF);
    return report;
  }
}

describe('An instance', () => {
  it('says how it goes as soon as it begins, and then once a second however much happens', async () => {
    const one = new Telling();
    one.reporter.touch();
    await one.pass(0);
    expect(await one.said()).toMatchObject({ instance: 'one', twoPhase: { prepared: 0 } });
    for (let commit = 1; commit <= 1_000; commit += 1) {
      one.twoPhase = { ...NOTHING, prepared: 2, committed: commit, leftInDoubt: 1 };
      one.reporter.touch();
      await one.pass(10);
    }
    expect(one.writes).toBeGreaterThanOrEqual(10);
    expect(one.writes).toBeLessThanOrEqual(11);
    expect(await one.said()).toMatchObject({
      commitsPerSecond: 100,
      twoPhase: { prepared: 2, leftInDoubt: 1 },
    });
    await one.reporter.end();
  });

  it('says so every ten seconds when nothing happens, and is silent when it does not', async () => {
    const one = new Telling();
    one.reporter.touch();
    await one.pass(0);
    for (let passed = 0; passed < 60; passed += 1) await one.pass(1_000);
    expect(one.writes).toBe(7);
    const said = await one.said();
    expect(isSilent(said!, one.time.date())).toBe(false);
    one.time.advance(1);
    await one.reporter.end();
    expect(isSilent(said!, new Date(said!.at.getTime() + 30_001))).toBe(true);
  });

  it('takes back what it said when it ends, and leaves no timer behind', async () => {
    const one = new Telling();
    one.reporter.touch();
    await one.pass(0);
    await one.reporter.end();
    await one.reporter.end();
    one.reporter.touch();
    await one.pass(60_000);
    expect([await one.said(), one.writes, one.time.pending]).toEqual([undefined, 1, 0]);
  });

  it('that published nothing says nothing', async () => {
    const one = new Telling();
    await one.reporter.end();
    expect([await one.said(), one.time.pending]).toEqual([undefined, 0]);
  });

  it('keeps the last error, and when it was first seen, when all is well again', async () => {
    const one = new Telling();
    one.relay = { ...IDLE, state: 'unavailable', error: { code: 'broker-unavailable', message: 'down' } };
    one.reporter.touch();
    await one.pass(0);
    const at = (await one.said())?.at;
    await one.pass(10_000);
    expect(await one.said()).toMatchObject({ relay: { state: 'unavailable' }, lastError: { at } });
    one.relay = IDLE;
    await one.pass(10_000);
    expect(await one.said()).toMatchObject({
      relay: { state: 'caught-up' },
      lastError: { code: 'broker-unavailable', message: 'down', at },
    });
    one.twoPhase = { ...NOTHING, lastError: new StoreUnavailableError('nobody knows', 'unknown') };
    await one.pass(10_000);
    expect((await one.said())?.lastError).toMatchObject({ code: 'store-unavailable' });
    await one.reporter.end();
  });

  it('goes on when it cannot be written down, and says it when it can', async () => {
    const store = new InMemoryPublicationStore();
    const one = new Telling(store);
    const record = store.recordInstance.bind(store);
    store.recordInstance = () => Promise.reject(new StoreUnavailableError('locked', 'not-written'));
    one.reporter.touch();
    await one.pass(0);
    expect(await one.said()).toBeUndefined();
    store.recordInstance = record;
    await one.pass(10_000);
    expect(await one.said()).toBeDefined();
    await one.reporter.end();
  });

  it('clears away what was left a day ago by others that were killed', async () => {
    const one = new Telling();
    const report = { relay: IDLE, commitsPerSecond: 0 };
    const hoursAgo = (hours: number) => new Date(one.time.clock() - hours * 3_600_000);
    await one.store.recordInstance(OF, { ...report, instance: 'killed lately', at: hoursAgo(1) });
    await one.store.recordInstance(OF, { ...report, instance: 'killed long ago', at: hoursAgo(25) });
    one.reporter.touch();
    await one.pass(0);
    const names = (await one.store.listInstances(OF)).map(({ instance }) => instance);
    expect(names).toEqual(['killed lately', 'one']);
    await one.reporter.end();
  });
});
