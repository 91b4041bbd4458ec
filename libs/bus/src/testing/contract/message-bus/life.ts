import { SubscriberHangsError, type InvalidBusOptionsError } from '../../../transport/errors.js';
import { note } from '../bench.js';
import { equal, ok, rejects } from '../check.js';
import { busCase } from '../harness.js';

export const lifeCases = [
  busCase('lets running handlers finish when a subscription is closed, and settles them', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const first = await bench.listen({ topics: [topic], group }, () => gate);
    const witness = await bench.listen({ topics: [topic] });
    await bench.bus.publish([note(topic, 'held', { key: 'k' })]);
    await bench.until(() => first.messages.length === 1, 'the message');
    let isClosed = false;
    const closing = first.subscription.close().then(() => (isClosed = true));
    await bench.bus.publish([note(topic, 'after', { key: 'k' })]);
    await witness.gets('after');
    equal(isClosed, false, 'whether it closed before its handler was done');
    release();
    await bench.soon(closing, 'closing');
    equal(first.subscription.status().state, 'closed', 'the state');
    const second = await bench.listen({ topics: [topic], group }, undefined, bench.another());
    await second.gets('after');
    equal([first.handled, first.ids, second.ids], [['held'], ['held'], ['after']], 'what came to whom');
  }),

  busCase('keeps what a handler was cut short with for the next of its group', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    let cutShort: (error: Error) => void = () => undefined;
    const gate = new Promise<void>((_, reject) => (cutShort = reject));
    const listening = { topics: [topic], group, retry: { retries: 0 } };
    const first = await bench.listen(listening, () => gate);
    await bench.bus.publish([note(topic, 'held', { key: 'k' })]);
    await bench.until(() => first.messages.length === 1, 'the message');
    const closing = first.subscription.close();
    cutShort(new SubscriberHangsError(['the handler of the case hangs on purpose']));
    await bench.soon(closing, 'closing');
    const second = await bench.listen(listening, undefined, bench.another());
    await second.gets('held');
    equal(await bench.another().deadLetters(group).list(), [], 'the dead letters');
  }),

  busCase('lets running handlers finish when it is closed', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    const other = bench.another();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const inbox = await bench.listen({ topics: [topic], group }, () => gate);
    const witness = await bench.listen({ topics: [topic] }, undefined, other);
    await bench.bus.publish([note(topic, 'held', { key: 'k' })]);
    await bench.until(() => inbox.messages.length === 1, 'the message');
    let isClosed = false;
    const closing = bench.bus.close().then(() => (isClosed = true));
    await other.publish([note(topic, 'after', { key: 'k' })]);
    await witness.gets('after');
    equal(isClosed, false, 'whether it closed before its handler was done');
    release();
    await bench.soon(closing, 'closing');
    equal(inbox.handled, ['held'], 'what was handled when it was closed');
    const second = await bench.listen({ topics: [topic], group }, undefined, other);
    await second.gets('after');
    equal([inbox.ids, second.ids], [['held'], ['after']], 'what came to whom');
  }),

  busCase('handles nothing once it is closed', async (bench) => {
    const topic = await bench.topic();
    const other = bench.another();
    const inbox = await bench.listen({ topics: [topic] });
    const witness = await bench.listen({ topics: [topic] }, undefined, other);
    await bench.soon(bench.bus.close(), 'closing');
    await other.publish([note(topic, 'late')]);
    await witness.gets('late');
    equal(
      [inbox.ids, inbox.subscription.status().state],
      [[], 'closed'],
      'what came to the closed one, and its state',
    );
  }),

  busCase('refuses to publish and to subscribe once it is closed', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    await bench.soon(bench.bus.close(), 'closing');
    await rejects('bus-closed', () => bench.bus.publish([note(topic, 'a')]), 'publishing');
    const subscribe = () => bench.bus.subscribe({ topics: [topic], group }, async () => undefined);
    await rejects('bus-closed', subscribe, 'subscribing');
  }),

  busCase('closes as often as it is asked', async (bench) => {
    const topic = await bench.topic();
    const { subscription } = await bench.listen({ topics: [topic] });
    await bench.soon(Promise.all([subscription.close(), subscription.close()]), 'closing the subscription');
    await bench.soon(Promise.all([bench.bus.close(), bench.bus.close()]), 'closing the bus');
    await bench.soon(subscription.close(), 'closing the subscription again');
    await bench.soon(bench.bus.close(), 'closing the bus again');
  }),

  busCase('is healthy until it is closed', async (bench) => {
    equal(await bench.soon(bench.bus.health(), 'the health'), { up: true }, 'the health');
    await bench.bus.close();
    equal((await bench.soon(bench.bus.health(), 'the health')).up, false, 'the health once it is closed');
  }),

  busCase('names the option of a subscription that is none', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    for (const [option, wrong] of [
      ['topics', { topics: [] }],
      ['group', { group: '' }],
      ['maxInFlight', { maxInFlight: 0 }],
    ] as const) {
      const subscribe = () =>
        bench.bus.subscribe({ topics: [topic], group, ...wrong }, async () => undefined);
      const refusal = await rejects('invalid-options', subscribe, option);
      equal((refusal as unknown as InvalidBusOptionsError).option, option, 'the option that it names');
    }
  }),

  busCase('refuses to subscribe to an unknown topic, soon', async (bench) => {
    const topic = bench.unusedName();
    const group = await bench.group([topic]);
    const subscribe = () => bench.bus.subscribe({ topics: [topic], group }, async () => undefined);
    const refusal = await rejects(
      'broker-refused',
      () => bench.soon(subscribe(), 'the refusal'),
      'an unknown topic',
    );
    equal(refusal['why'], 'unknown-topic', 'the reason');
  }),

  busCase('describes itself without connecting', async (bench) => {
    const bus = bench.another();
    const { description, capabilities } = bus;
    ok(
      description.trim() !== '' && !/password|secret/i.test(description),
      `its description is "${description}"`,
    );
    ok(capabilities.maxBytes >= 64 * 1024, `it takes ${capabilities.maxBytes} bytes at most`);
    await bench.soon(bus.close(), 'closing a bus that was never used');
  }),
];
