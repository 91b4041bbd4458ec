/** Uses everything that a bus can open, closes it, and must end: no timer and no socket is left. */
import { RocketMqMessageBus } from '@varve/bus/rocketmq';

interface Given {
  readonly endpoints: string;
  readonly topic: string;
  readonly group: string;
}

const { endpoints, topic, group } = JSON.parse(process.argv[2]!) as Given;
const say = (message: string): void => console.log(JSON.stringify(message));

const bus = new RocketMqMessageBus({ endpoints, pollDuration: 1000 });
await new Promise<void>((resolve, reject) => {
  const event = { specversion: '1.0', id: '1', source: '/child', type: 'test' } as const;
  const handler = async (): Promise<void> => resolve();
  bus
    .subscribe({ topics: [topic], group }, handler)
    .then(() => bus.publish([{ topic, key: 'a', event }]))
    .catch(reject);
});
say('handled');
await bus.deadLetters(group).list();
await bus.health();
await bus.close();
say('closed');
