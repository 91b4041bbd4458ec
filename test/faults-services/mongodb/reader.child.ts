// Follows a log by looking every 3 ms while others write it, and says what it saw once it is told the end; then the same for another log.
import { scheduler } from 'node:timers/promises';
import { isEventStoreError } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { LogDigest } from '../../faults/support/log-digest.ts';
import { say } from '../../support/say.ts';
import { hear } from './conversation.ts';
import type { LogAddress } from './orders.ts';
import { whileUnavailable } from './while-unavailable.ts';

const INTERVAL = 3;

for (let log = await hear<LogAddress>(); log; log = await hear<LogAddress>()) await follow(log);

async function follow({ uri, database }: LogAddress): Promise<void> {
  const store = await whileUnavailable(() => MongoEventStore.connect({ uri, database, create: false }));
  const digest = new LogDigest();
  let [position, end, outages] = [0, Infinity, 0];
  const told = hear<{ end: number }>().then((message) => (end = message?.end ?? 0));
  say({ following: database });
  while (position < end) {
    try {
      for await (const { commits, upTo } of store.readAll(position)) {
        for (const commit of commits) digest.add(commit);
        position = upTo;
      }
    } catch (error) {
      if (!isEventStoreError(error) || error.code !== 'store-unavailable') throw error;
      outages += 1;
    }
    await scheduler.wait(INTERVAL);
  }
  await told;
  await store.close();
  say({ saw: digest, outages });
}
