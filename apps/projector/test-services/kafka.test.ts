import { expect, it } from 'vitest';
import { sharedKafka, startKafka } from '../../../test/services/index.js';
import { anOrderReachesTheProjector, anOutageIsSurvived } from './support/order-to-projector.js';
import { twoServices } from './support/two-services.js';

async function shared() {
  const { brokers } = await sharedKafka();
  return { VARVE_BUS: 'kafka', VARVE_KAFKA_BROKERS: brokers };
}

async function own() {
  const server = await startKafka();
  return {
    env: { VARVE_BUS: 'kafka', ...server.env },
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

anOrderReachesTheProjector(shared, 'relay');
anOutageIsSurvived(own, 'relay');

it('two-phase publication is refused at the start of the order service, with the reason', async () => {
  const services = await twoServices(await shared(), 'two-phase');
  await expect(services.startOrder()).rejects.toThrow(/to be published in two phases.*Use 'relay'/);
});
