import { describe, expect, it } from 'vitest';
import { databaseOfTest, mongoServers, type MongoTestServer } from '../../../test/services/mongodb/index.js';
import { startChild } from '../../../test/support/children.js';
import { CLEAN, ITEMS, PAYMENT, shown, stopped } from './support/order-to-projector.js';
import { command, inFiles, ORDER, PROJECTOR, startServer, type Places } from './support/two-services.js';

const servers = (await mongoServers()).filter(({ name }) => name !== 'ferretdb');

/** The read models beside the log where they can be, else in a file. */
function placesOn({ uri, capabilities }: MongoTestServer): Places {
  const database = databaseOfTest(uri, 'varve-e2e');
  return {
    log: { VARVE_STORE: 'mongodb', VARVE_MONGODB_URI: uri, VARVE_MONGODB_DATABASE: database },
    readModels: capabilities.transactions ? {} : inFiles().readModels,
  };
}

describe.each(servers)('both apps as processes, with the log in MongoDB, on $name', (server) => {
  it('orders taken while the projector was killed with kill -9 are there when it is back, and rebuilt the same', async () => {
    const { log, readModels } = placesOn(server);
    const own = { PORT: '0', NO_COLOR: '1' };
    const env = { ...log, ...readModels, ...own, VARVE_LEASE_DURATION: '1000' };
    const order = await startServer(new URL('main.js', ORDER), { ...log, ...own });
    const killed = await startServer(new URL('main.js', PROJECTOR), env);
    await command(order.url, '/orders', { orderId: 'o1', customerId: 'maria', items: ITEMS });
    expect(await shown(killed.url, 'o1', 1)).toMatchObject({ status: 'placed' });
    await killed.child.kill();
    await command(order.url, '/orders/o1/pay', PAYMENT);
    const projector = await startServer(new URL('main.js', PROJECTOR), env);
    expect(await shown(projector.url, 'o1', 2)).toMatchObject({ status: 'paid' });

    const rebuild = ['projections', 'rebuild', 'orders', '--require-same'];
    const rebuilt = startChild(new URL('cli.js', PROJECTOR), rebuild, { env });
    expect([await rebuilt.exited, rebuilt.messages.at(-1)]).toEqual([
      CLEAN,
      'orders@1.2 is live instead of orders@1, at position 2.',
    ]);
    expect(await shown(projector.url, 'o1', 2)).toMatchObject({ status: 'paid' });
    expect(await stopped(order, projector)).toEqual([CLEAN, CLEAN]);
  });
});
