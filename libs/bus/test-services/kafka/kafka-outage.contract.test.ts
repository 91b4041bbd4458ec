import { afterAll, beforeAll } from 'vitest';
import { messageBusContract } from '@varve/bus/testing';

import { startKafka, type KafkaServer } from '../../../../test/services/index.js';
import { enrol } from '../../../../test/support/enrol.js';
import { mortalKafkaHarness } from './kafka-harness.js';

let server: KafkaServer;
beforeAll(async () => {
  server = await startKafka();
});
afterAll(() => server.stop());

const outages = messageBusContract.filter(({ needs }) => needs.includes('outage'));

enrol(
  'KafkaMessageBus whose broker dies',
  outages,
  mortalKafkaHarness(() => server),
);
