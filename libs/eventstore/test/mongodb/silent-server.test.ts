import { afterEach, beforeEach, expect, test } from 'vitest';
import { MongoEventStore, MongoLogFilling } from '@varve/eventstore/mongodb';
import { TcpRelay } from '../../../../test/support/tcp-relay.js';
import { until } from '../../../../test/support/until.js';

let server: TcpRelay;

beforeEach(async () => {
  server = await TcpRelay.open();
});

afterEach(() => server.close());

const SOURCE = { logId: '6b0e4c1e-0000-4000-8000-000000000001', location: '/old/log.db' };

for (const [what, connect] of [
  ['A log', (options) => MongoEventStore.connect(options)],
  ['A log that is to be filled', (options) => MongoLogFilling.connect(options, SOURCE)],
] as const satisfies readonly [
  string,
  (options: Parameters<typeof MongoEventStore.connect>[0]) => unknown,
][]) {
  test(`${what} on a server that takes connections and never answers is given up after "commandTimeout", sockets included`, async () => {
    const began = performance.now();
    const connecting = connect({ uri: `mongodb://${server.host}`, database: 'shop', commandTimeout: 300 });
    await expect(connecting).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/cannot be reached: no primary has answered/) as string,
    });
    // The driver would keep the connection of its look at the server for 30 seconds.
    await until(() => server.connections === 0, { what: 'the sockets to be closed' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
}
