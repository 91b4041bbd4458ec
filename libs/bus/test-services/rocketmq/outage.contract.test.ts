import { afterAll, beforeAll, describe, test } from 'vitest';
import { messageBusContract, twoPhaseContract } from '@varve/bus/testing';
import { startRocketMq, type RocketMqServer } from '../../../../test/services/index.js';
import { outageHarness } from './rocketmq-harness.js';

let server: RocketMqServer;
beforeAll(async () => {
  server = await startRocketMq();
});
afterAll(async () => server.stop());

describe('RocketMqMessageBus keeps the contract while its broker is killed and started again', () => {
  const harness = outageHarness(() => server);
  for (const { name, needs, run } of [...messageBusContract, ...twoPhaseContract]) {
    if (needs.includes('outage')) test(name, () => run(harness), 180_000);
  }
});
