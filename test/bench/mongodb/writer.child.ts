// Appends with many callers for some time, and says how often and how long each append took; then the same on another log.
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { say } from '../../support/say.ts';
import { hear } from '../../faults-services/mongodb/conversation.ts';
import { newEvent } from '../payload.ts';

export interface WriterOrders {
  readonly uri: string;
  readonly database: string;
  readonly writer: number;
  readonly callers: number;
  readonly milliseconds: number;
}

export interface Written {
  readonly commits: number;
  readonly milliseconds: number;
  /** In milliseconds, of each append. */
  readonly latencies: readonly number[];
}

for (let orders = await hear<WriterOrders>(); orders; orders = await hear<WriterOrders>())
  await write(orders);

async function write({ uri, database, writer, callers, milliseconds }: WriterOrders): Promise<void> {
  const store = await MongoEventStore.connect({ uri, database, create: false });
  say({ ready: database });
  await hear<'go'>();
  const latencies: number[] = [];
  const began = performance.now();
  const call = async (caller: number): Promise<void> => {
    for (let version = 0; performance.now() - began < milliseconds; version++) {
      const asked = performance.now();
      const result = await store.append(`order-${writer}.${caller}`, version, [newEvent(version)]);
      if (!result.ok) throw new Error('A caller that is alone on its stream met a conflict.');
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const took = performance.now() - began;
  await store.close();
  say({ commits: latencies.length, milliseconds: took, latencies } satisfies Written);
}
