import { beforeAll, describe, test } from 'vitest';
import { messageBusContract, twoPhaseContract } from '@varve/bus/testing';
import { sharedRocketMq, type RocketMqConnection } from '../../../../test/services/index.js';
import { sharedHarness } from './rocketmq-harness.js';

let server: RocketMqConnection;
beforeAll(async () => {
  server = await sharedRocketMq();
});

describe.concurrent('RocketMqMessageBus keeps the contract of a message bus', () => {
  const harness = sharedHarness(() => server);
  const lacks: Readonly<Record<string, string>> = harness.lacks ?? {};
  for (const { name, needs, run } of [...messageBusContract, ...twoPhaseContract]) {
    test.skipIf(needs.some((need) => lacks[need]))(name, () => run(harness));
  }
});
