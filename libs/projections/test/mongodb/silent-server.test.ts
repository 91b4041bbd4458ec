import { MongoReadModels, MongoWatermarkReadModels } from '@varve/projections/mongodb';
import { expect, test } from 'vitest';
import { TcpRelay } from '../../../../test/support/tcp-relay.js';
import { until } from '../../../../test/support/until.js';

for (const [what, ReadModels] of [
  ['Read models', MongoReadModels],
  ['Read models in watermark mode', MongoWatermarkReadModels],
] as const) {
  test(`${what} on a server that takes connections and never answers are given up after "commandTimeout", sockets included`, async () => {
    const server = await TcpRelay.open();
    try {
      const began = performance.now();
      const options = { uri: `mongodb://${server.host}`, database: 'shop', commandTimeout: 300 };
      await expect(ReadModels.connect(options)).rejects.toMatchObject({ code: 'store-unavailable' });
      // The driver would keep the connection of its look at the server for 30 seconds.
      await until(() => server.connections === 0, { what: 'the sockets to be closed' });
      expect(performance.now() - began).toBeLessThan(5_000);
    } finally {
      await server.close();
    }
  });
}
