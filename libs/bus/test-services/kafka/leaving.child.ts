import { KafkaMessageBus } from '@varve/bus/kafka';

/** Uses all of a bus and closes it. Nothing ends the process but that nothing is left to do. */
const [brokers = '', topic = '', group = ''] = process.argv.slice(2);
const bus = new KafkaMessageBus({
  brokers: brokers.split(','),
  sessionTimeout: 2_000,
  connectTimeout: 1_000,
});
const event = { specversion: '1.0', id: 'a', source: 'urn:test', type: 'test.happened' } as const;
const message = { topic, key: 'a', event };
const handled = Promise.withResolvers<undefined>();
try {
  const retry = { retries: 1_000, firstDelay: 60_000, maxDelay: 60_000 };
  await bus.subscribe({ topics: [topic], group, retry }, async ({ key }) => {
    if (key === 'a') throw new Error('held for a minute');
    handled.resolve(undefined);
  });
  await bus.publish([message, { ...message, key: 'b' }]);
  await handled.promise;
  await bus.deadLetters(group).list();
  await bus.health();
} catch (error) {
  console.log(
    JSON.stringify({ error: error instanceof Error && 'code' in error ? error.code : String(error) }),
  );
}
await bus.close();
console.log(JSON.stringify({ isClosed: true }));
