/** Closes its bus when it is told to, by when the broker is frozen, and must end all the same. */
import { once } from 'node:events';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';

interface Given {
  readonly endpoints: string;
  readonly topic: string;
  readonly group: string;
}

const { endpoints, topic, group } = JSON.parse(process.argv[2]!) as Given;

const bus = new RocketMqMessageBus({ endpoints, pollDuration: 1000, requestTimeout: 3000 });
await bus.subscribe({ topics: [topic], group }, async () => undefined);
const event = { specversion: '1.0', id: '1', source: '/child', type: 'test' } as const;
await bus.publish([{ topic, key: 'a', event }]);
console.log(JSON.stringify('connected'));
await once(process.stdin, 'data');
process.stdin.destroy();
await bus.close();
