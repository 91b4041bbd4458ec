import { afterAll, beforeAll } from 'vitest';
import { messageBusContract } from '@varve/bus/testing';
import { enrol } from '../../../../test/contract/enrol.js';
import { startKafka, type KafkaServer } from '../../../../test/services/index.js';
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
