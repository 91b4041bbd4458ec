import { names, note, notes } from '../bench.js';
import { equal, ok, rejects } from '../check.js';
import { busCase } from '../harness.js';

export const outageCases = [
  busCase(
    'refuses to publish while the broker is away, soon, and publishes when it is back',
    async (bench) => {
      const topic = await bench.topic();
      const inbox = await bench.listen({ topics: [topic] });
      await bench.bus.publish([note(topic, 'before')]);
      await inbox.gets('before');
      await bench.goDown();
      const codes = ['broker-unavailable', 'publish-not-confirmed'] as const;
      const publish = () => bench.soon(bench.bus.publish([note(topic, 'during')]), 'the refusal');
      const refusal = await rejects(codes, publish, 'publishing while the broker is away');
      ok(refusal.retryable, 'it says that trying again cannot help');
      await bench.comeBack();
      await bench.until(
        async () => isPublished(bench.bus.publish([note(topic, 'after')])),
        'publishing again',
      );
      await inbox.gets('after');
    },
    'outage',
  ),

  busCase(
    'loses nothing that was confirmed, and its subscriptions survive',
    async (bench) => {
      const topic = await bench.topic();
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const inbox = await bench.listen(
        { topics: [topic], retry: { firstDelay: 1, maxDelay: 10 } },
        () => gate,
      );
      await bench.bus.publish(notes(topic, 20, 'before'));
      await bench.until(() => inbox.messages.length > 0, 'the first message');
      await bench.goDown();
      release();
      await bench.until(
        () => inbox.subscription.status().state === 'unavailable',
        'the subscription to notice',
      );
      await bench.comeBack();
      await bench.until(
        async () => isPublished(bench.bus.publish([note(topic, 'after')])),
        'publishing again',
      );
      await inbox.gets(...names(20, 'before'), 'after');
      await bench.until(() => inbox.subscription.status().state === 'running', 'the subscription to run');
    },
    'outage',
  ),

  busCase(
    'turns red and green with its broker',
    async (bench) => {
      await bench.until(async () => (await bench.bus.health()).up, 'green');
      await bench.goDown();
      const health = await bench.soon(bench.bus.health(), 'the health');
      ok(!health.up && health.error instanceof Error, 'it is green without a broker');
      await bench.comeBack();
      await bench.until(async () => (await bench.bus.health()).up, 'green again');
    },
    'outage',
  ),

  busCase(
    'refuses to subscribe while the broker is away, soon, and subscribes when it is back',
    async (bench) => {
      const topic = await bench.topic();
      const group = await bench.group([topic]);
      const subscribe = () => bench.bus.subscribe({ topics: [topic], group }, async () => undefined);
      await bench.goDown();
      const refused = () => bench.soon(subscribe(), 'the refusal');
      const refusal = await rejects('broker-unavailable', refused, 'subscribing while the broker is away');
      equal(refusal.retryable, true, 'whether it may be tried again');
      await bench.comeBack();
      await bench.until(async () => isPublished(subscribe()), 'subscribing again');
    },
    'outage',
  ),
];

async function isPublished(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}
