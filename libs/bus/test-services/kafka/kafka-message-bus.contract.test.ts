import { beforeAll } from 'vitest';
import { messageBusContract } from '@varve/bus/testing';
import { enrol } from '../../../../test/contract/enrol.js';
import { sharedKafka, type KafkaConnection } from '../../../../test/services/index.js';
import { kafkaHarness } from './kafka-harness.js';

let server: KafkaConnection;
beforeAll(async () => {
  server = await sharedKafka();
});

// Those with an outage have a server of their own: `kafka-outage.contract.test.ts`.
const calm = messageBusContract.filter(({ needs }) => !needs.includes('outage'));

enrol('KafkaMessageBus', calm, {
  ...kafkaHarness(() => server),
  lacks: { delay: 'This bus delays nothing.' },
});

enrol('KafkaMessageBus in binary mode', calm, {
  ...kafkaHarness(() => server, { mode: 'binary' }),
  lacks: { delay: 'This bus delays nothing.' },
});
