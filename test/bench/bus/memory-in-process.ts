import { Sequencer } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { Benchmark } from '../measure.ts';
import { newEvent, streamName, STREAMS } from '../payload.ts';
import { messagesOf } from './commits.ts';
import { heapInMegabytes, heapRows, SHARES } from './heap.ts';
import { Sink } from './sink.ts';

const AT_A_TIME = 1_000;
const names = Array.from({ length: STREAMS }, (_, number) => streamName(number));

export const busMemoryInProcess: Benchmark = {
  name: 'bus-memory-in-process',
  about: 'the heap while a million commits pass through the in-process bus and the sequencer',
  run: async ({ quick }) => {
    const amount = quick ? 50_000 : 1_000_000;
    const bus = new MemoryMessageBus();
    const log = new InMemoryEventStore();
    const sink = new Sink(
      new Sequencer({ bus, topics: ['order'], group: 'bench', log, startFrom: 'earliest' }),
    );
    sink.open(log.logId);
    const heap: number[] = [];
    let published = 0;
    for (const share of SHARES) {
      for (; published < share * amount; published += AT_A_TIME) {
        await bus.publish(messagesFrom(published, log.logId));
        await sink.reaches(published + AT_A_TIME);
      }
      heap.push(heapInMegabytes(published));
    }
    await sink.close();
    await bus.close();
    return heapRows('sequencer-heap', heap, amount);
  },
};

function messagesFrom(from: number, logId: string) {
  const commits = Array.from({ length: AT_A_TIME }, (_, i) => {
    const version = Math.floor((from + i) / STREAMS) + 1;
    const stream = names[(from + i) % STREAMS] ?? '';
    return {
      stream,
      firstVersion: version,
      lastVersion: version,
      at: new Date(),
      events: [newEvent(from + i)],
    };
  });
  return messagesOf(commits, logId, 'order');
}
