import { Producer } from 'rocketmq-client-nodejs';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import type { BusHarness, OpenedBroker } from '@varve/bus/testing';
import type { WireMessage } from '@varve/bus';
import { uniqueName, type RocketMqConnection, type RocketMqServer } from '../../../../test/services/index.js';

const POLL = 1000;
const INVISIBLE = 3000;

const rocketMqTimes = {
  // Beside other suites on a small machine; what the server gives again comes after about four seconds.
  patience: 40_000,
  slowness: INVISIBLE + 2500,
  // The server delays by whole seconds.
  delay: 2000,
};

/** Each case has topics and groups of its own, set up by the bus. */
function openRocketMq(server: RocketMqConnection): OpenedBroker<RocketMqMessageBus> {
  const { endpoints, adminAddress } = server;
  const buses: RocketMqMessageBus[] = [];
  const bus = (): RocketMqMessageBus => {
    const opened = new RocketMqMessageBus({
      endpoints,
      adminAddress,
      pollDuration: POLL,
      invisibleDuration: INVISIBLE,
      requestTimeout: 10_000,
    });
    buses.push(opened);
    return opened;
  };
  const kinds = new Map<string, 'plain' | 'ordered' | 'transactional' | 'delayed'>();
  return {
    bus,
    async topic(kind) {
      const name = uniqueName('topic');
      kinds.set(name, kind);
      await bus().setup({ topics: [{ name, kind, lanes: 8 }], groups: [] });
      return name;
    },
    async group(order, topics) {
      const name = uniqueName('group');
      const plans = topics.flatMap((topic) => {
        const kind = kinds.get(topic);
        return kind ? [{ name: topic, kind, lanes: 8 }] : [];
      });
      await bus().setup({ topics: plans, groups: [{ name, topics, order }] });
      return name;
    },
    unusedName: () => uniqueName('name'),
    sendRaw: (wire) => sendRaw(endpoints, wire),
    async dispose() {
      await Promise.all(buses.map((opened) => opened.close()));
    },
  };
}

export function sharedHarness(server: () => RocketMqConnection): BusHarness<RocketMqMessageBus> {
  return {
    ...rocketMqTimes,
    lacks: { outage: 'other suites use the server as well' },
    open: async () => openRocketMq(server()),
  };
}

/** On a server of its own, which cases kill and start again. */
export function outageHarness(server: () => RocketMqServer): BusHarness<RocketMqMessageBus> {
  return {
    ...rocketMqTimes,
    patience: 60_000,
    async open() {
      let isDown = false;
      const comeBack = async (): Promise<void> => {
        await server().restart();
        isDown = false;
      };
      const opened = openRocketMq(server());
      return {
        ...opened,
        async goDown() {
          isDown = true;
          await server().kill();
        },
        comeBack,
        async dispose() {
          await opened.dispose();
          if (isDown) await comeBack();
        },
      };
    },
  };
}

async function sendRaw(endpoints: string, { topic, key, headers, body }: WireMessage): Promise<void> {
  const ignore = (): void => undefined;
  const logger = { info: ignore, warn: ignore, error: ignore, debug: ignore };
  const producer = new Producer({ endpoints, namespace: '', logger });
  await producer.startup();
  try {
    const properties = new Map(Object.entries(headers));
    await producer.send({
      topic,
      body: Buffer.from(body),
      properties,
      ...(key ? { messageGroup: key } : {}),
    });
  } finally {
    await producer.shutdown();
  }
}
