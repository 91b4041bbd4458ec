import { join } from 'node:path';
import { readCommitMessage } from '@varve/bus';
import type { MemoryMessageBus } from '@varve/bus/memory';
import { MongoPublicationStore } from '@varve/bus/mongodb';
import { getMessageBusToken } from '@varve/bus/nest';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import { describe, expect, it } from 'vitest';
import { databaseOfTest, mongoServers } from '../../../test/services/mongodb/index.js';
import { temporaryFolder } from '../../../test/support/temp-dir.js';
import { until } from '../../../test/support/until.js';
import { ordersAreTaken } from '../test/support/order-answers.js';
import { placeOrder, startOrderApp } from '../test/support/order-app.js';

/** The stores have their own suites on FerretDB, which takes several times as long. */
const servers = (await mongoServers()).filter(({ name }) => name !== 'ferretdb');

describe.each(servers)('the order app with its log in MongoDB, on $name', ({ uri }) => {
  const logIn = (database: string) => ({
    VARVE_STORE: 'mongodb',
    VARVE_MONGODB_URI: uri,
    VARVE_MONGODB_DATABASE: database,
  });

  ordersAreTaken(() => startOrderApp({}, logIn(databaseOfTest(uri, 'varve-order'))));

  async function publishedBy(publication: string, more: Record<string, string> = {}) {
    const database = databaseOfTest(uri, 'varve-order');
    const bus = { VARVE_BUS: 'memory', VARVE_PUBLICATION: publication, ...more };
    const { app, send } = await startOrderApp(bus, logIn(database));
    const received: string[] = [];
    await app
      .get<MemoryMessageBus>(getMessageBusToken())
      .subscribe({ topics: ['order'], group: 'test' }, async (message) => {
        received.push(readCommitMessage(message).stream);
      });
    expect((await placeOrder(send)).status).toBe(201);
    await until(() => received.length > 0, { what: 'the order on the bus', timeout: 60_000 });
    expect(received).toEqual(['order-o1']);
    return database;
  }

  it.each(['relay', 'two-phase'])(
    'comes to a bus by %s, and notes it beside the log',
    async (publication) => {
      const store = await MongoPublicationStore.connect({
        uri,
        database: await publishedBy(publication),
        create: false,
      });
      await until(async () => (await store.load('relay'))?.position === 1, { what: 'the checkpoint' });
      await store.close();
    },
  );

  it('notes how far it is in a file that is named', async () => {
    const file = join(temporaryFolder(), 'publication.db');
    await publishedBy('relay', { VARVE_PUBLICATION_FILE: file });
    const store = await SqlitePublicationStore.open({ file, create: false });
    await until(async () => (await store.load('relay'))?.position === 1, { what: 'the checkpoint' });
    await store.close();
  });
});
