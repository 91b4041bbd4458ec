// Opens and closes an app, and has to end by itself: close.child.ts FILE normal|failing-close
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventStore } from '@varve/eventstore';
import { ContextModule, EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { say } from '../../../../test/support/say.ts';

const [file = '', mode = 'normal'] = process.argv.slice(2);

async function openStore(): Promise<EventStore> {
  const store = await SqliteEventStore.open({ file });
  const { close } = store;
  store.close = async () => {
    await close.call(store);
    if (mode === 'failing-close') throw new Error('the disk is gone');
  };
  return store;
}

const root = {
  module: ContextModule,
  imports: [CqrsModule.forRoot(), ContextModule.forRoot(), EventStoreModule.forRoot({ store: openStore })],
};
const app = await NestFactory.create(root, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const store = app.get<EventStore>(getEventStoreToken());
await store.append('order-1', 'no-stream', [{ type: 'order.placed', data: {} }]);
// A reader that follows the log is the likeliest to leave a timer behind.
const following = new AbortController();
const waiting = store.waitForCommit(await store.head(), following.signal);
following.abort();
await waiting;
await fetch(await app.getUrl());
await app.close();
say({ closed: true });
