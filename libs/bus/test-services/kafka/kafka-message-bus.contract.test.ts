import { beforeAll } from 'vitest';
import { messageBusContract } from '@varve/bus/testing';

import { sharedKafka, uniqueName, type KafkaConnection } from '../../../../test/services/index.js';
import { enrol } from '../../../../test/support/enrol.js';
import { kafkaHarness } from './kafka-harness.js';

let server: KafkaConnection;
beforeAll(async () => {
  server = await sharedKafka();
});

// Those with an outage have a server of their own: `kafka-outage.contract.test.ts`.
const calm = messageBusContract.filter(({ needs }) => !needs.includes('outage'));
const delays = calm.filter(({ name }) => name.includes('delay'));

enrol('KafkaMessageBus', calm, {
  ...kafkaHarness(() => server),
  lacks: { delay: 'Without the option "delay" this bus delays nothing.' },
});

enrol(
  'KafkaMessageBus in binary mode',
  calm.filter((rule) => !delays.includes(rule)),
  kafkaHarness(() => server, { mode: 'binary' }),
);

enrol('KafkaMessageBus that delays', delays, {
  ...kafkaHarness(() => server, { delay: { topicPrefix: uniqueName('delayed') } }),
  // A step of a second, and two shorter ones.
  delay: 1_500,
});
