import { MongoEventStore } from '@varve/eventstore/mongodb';
import { launchChild, type Child } from '../../support/child-process.ts';
import { median, percentile, type Benchmark, type Row } from '../measure.ts';
import { inDatabase } from './server.ts';
import type { Written, WriterOrders } from './writer.child.ts';

const WRITERS = 4;
const CALLERS = 16;

export const mongoWriters: Benchmark = {
  name: 'mongodb-writers',
  about: `${WRITERS} processes with ${CALLERS} callers each, against one of them: commits in sum, and whether one waits longer than another`,
  run: async ({ quick }) => {
    const children = Array.from({ length: WRITERS }, () =>
      launchChild(new URL('writer.child.ts', import.meta.url)),
    );
    const one: Written[][] = [];
    const four: Written[][] = [];
    try {
      for (let round = 0; round < (quick ? 2 : 5); round++) {
        const milliseconds = quick ? 2_000 : 4_000;
        const turns = [
          async () => one.push(await writtenBy(children.slice(0, 1), milliseconds)),
          async () => four.push(await writtenBy(children, milliseconds)),
        ];
        for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      }
    } finally {
      await Promise.all(children.map((child) => child.kill()));
    }
    return [sumRow(one, four), fairnessRow(four)];
  },
};

/** All of them on a new log, from one moment on; connecting does not count, nor does who loses the first races. */
function writtenBy(children: readonly Child[], milliseconds: number): Promise<Written[]> {
  return inDatabase(async (_, address) => {
    await (await MongoEventStore.connect(address)).close();
    children.forEach((child, index) => {
      child.messages.length = 0;
      child.say({ ...address, writer: index, callers: CALLERS, milliseconds } satisfies WriterOrders);
    });
    await Promise.all(children.map((child) => child.heard(isReady, 'that it is connected')));
    for (const child of children) child.say('go');
    return Promise.all(children.map((child) => child.heard(isWritten, 'what it has written', 120_000)));
  });
}

const isReady = (message: unknown): message is object =>
  typeof message === 'object' && message !== null && 'ready' in message;
const isWritten = (message: unknown): message is Written =>
  typeof message === 'object' && message !== null && 'commits' in message;

function sumRow(one: readonly Written[][], four: readonly Written[][]): Row {
  const rateOf = (written: readonly Written[]): number =>
    written.reduce((sum, { commits, milliseconds }) => sum + (commits * 1000) / milliseconds, 0);
  const ratio = median(four.map((written, round) => rateOf(written) / rateOf(one[round] ?? [])));
  return {
    name: `mongodb-${WRITERS}-writers`,
    unit: 'commits/s',
    ours: median(four.map(rateOf)),
    reference: median(one.map(rateOf)),
    ratio,
    goal: 0.8,
    note: 'the reference is one process',
  };
}

function fairnessRow(four: readonly Written[][]): Row {
  const p99s = four.map((written) =>
    written.map(({ latencies }) => percentile(latencies, 0.99)).sort((a, b) => a - b),
  );
  const fastest = p99s.map((sorted) => sorted[0] ?? Number.NaN);
  const slowest = p99s.map((sorted) => sorted.at(-1) ?? Number.NaN);
  return {
    name: `mongodb-${WRITERS}-writers-p99`,
    unit: 'ms (less is better)',
    ours: median(slowest),
    reference: median(fastest),
    ratio: median(fastest.map((fast, round) => fast / (slowest[round] ?? Number.NaN))),
    goal: 0.2,
    note: 'of the slowest writer; the reference is the fastest one',
  };
}
