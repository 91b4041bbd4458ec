import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import {
  concurrently,
  inFolder,
  median,
  percentile,
  type Benchmark,
  type Row,
  type Scale,
} from './measure.ts';
import { newEvent } from './payload.ts';
import { PlainTable } from './plain-table.ts';

const CALLERS = 64;

interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly loopP99: number;
}

export const latency: Benchmark = {
  name: 'append-latency',
  about:
    '64 callers: how long one append takes, and how long the event loop is held; the reference appends one by one',
  run: async (scale) => {
    const ours: Latency[] = [];
    const reference: Latency[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      ours.push(await inFolder((folder) => ofStore(folder, scale)));
      reference.push(await inFolder((folder) => ofPlainTable(folder, scale)));
    }
    const row = (name: string, of: (one: Latency) => number): Row => {
      const mine = median(ours.map(of));
      const other = median(reference.map(of));
      return {
        name,
        unit: 'ms (less is better)',
        ours: mine,
        reference: other,
        ratio: other / mine,
        goal: null,
      };
    };
    return [
      row('append-64-p50', (one) => one.p50),
      row('append-64-p99', (one) => one.p99),
      row('event-loop-delay-p99', (one) => one.loopP99),
    ];
  },
};

async function ofStore(folder: string, scale: Scale): Promise<Latency> {
  const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
  const versions = new Array<number>(CALLERS).fill(0);
  const result = await observed(scale, async (caller, item) => {
    await store.append(`bench-${caller}`, versions[caller] ?? 0, [newEvent(item)]);
    versions[caller] = (versions[caller] ?? 0) + 1;
  });
  await store.close();
  return result;
}

/** Each caller has to wait for its turn: one transaction per append on one connection. */
async function ofPlainTable(folder: string, scale: Scale): Promise<Latency> {
  const table = new PlainTable(folder);
  const versions = new Array<number>(CALLERS).fill(0);
  const result = await observed(scale, (caller, item) => {
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        versions[caller] = (versions[caller] ?? 0) + 1;
        table.insert(`bench-${caller}`, versions[caller], item);
        resolve();
      });
    });
  });
  table.close();
  return result;
}

async function observed(
  { quick }: Scale,
  append: (caller: number, item: number) => Promise<void>,
): Promise<Latency> {
  const times: number[] = [];
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  await concurrently(quick ? 5_000 : 20_000, CALLERS, async (item, caller) => {
    const began = performance.now();
    await append(caller, item);
    times.push(performance.now() - began);
  });
  loop.disable();
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), loopP99: loop.percentile(99) / 1e6 };
}
