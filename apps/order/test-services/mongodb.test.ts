import { join } from 'node:path';
import { readCommitMessage } from '@varve/bus';
import type { MemoryMessageBus } from '@varve/bus/memory';
import { getMessageBusToken } from '@varve/bus/nest';
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

  it.each(['relay', 'two-phase'])('comes to a bus by %s', async (publication) => {
    const bus = {
      VARVE_BUS: 'memory',
      VARVE_PUBLICATION: publication,
      VARVE_PUBLICATION_FILE: join(temporaryFolder(), 'publication.db'),
    };
    const { app, send } = await startOrderApp(bus, logIn(databaseOfTest(uri, 'varve-order')));
    const received: string[] = [];
    await app
      .get<MemoryMessageBus>(getMessageBusToken())
      .subscribe({ topics: ['order'], group: 'test' }, async (message) => {
        received.push(readCommitMessage(message).stream);
      });
    expect((await placeOrder(send)).status).toBe(201);
    await until(() => received.length > 0, { what: 'the order on the bus', timeout: 60_000 });
    expect(received).toEqual(['order-o1']);
  });
});
