import { KafkaMessageBus } from '@varve/bus/kafka';

/** A member of a group in a process of its own. It says the id of each message that it has handled, and leaves on a line of its input. */
const [brokers = '', topic = '', group = ''] = process.argv.slice(2);
const bus = new KafkaMessageBus({ brokers: brokers.split(','), sessionTimeout: 2_000 });
await bus.subscribe({ topics: [topic], group }, async ({ event }) => {
  console.log(JSON.stringify({ id: event.id }));
});
console.log(JSON.stringify({ isReady: true }));
process.stdin.once('data', () => void leave());

async function leave(): Promise<void> {
  await bus.close();
  process.stdin.destroy();
  console.log(JSON.stringify({ isClosed: true }));
}
