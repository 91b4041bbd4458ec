import { names, note, notes } from '../bench.js';
import { equal, ok, present, rejects } from '../check.js';
import { busCase } from '../harness.js';

export const publishingCases = [
  busCase('delivers a message whose publishing was confirmed', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const publisher = bench.another();
    await bench.soon(publisher.publish([note(topic, 'a')]), 'the confirmation');
    await publisher.close();
    await inbox.getsOnly('a');
  }),

  busCase('delivers every message of a batch', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    await bench.bus.publish(notes(topic, 40));
    await inbox.getsOnly(...names(40));
  }),

  busCase('delivers a batch to all of its topics', async (bench) => {
    const topics = [await bench.topic(), await bench.topic()] as const;
    const inbox = await bench.listen({ topics });
    await bench.bus.publish([note(topics[0], 'a'), note(topics[1], 'b'), note(topics[0], 'c')]);
    await inbox.getsOnly('a', 'b', 'c');
    equal(inbox.find('b')?.topic, topics[1], 'the topic of a message');
  }),

  busCase('publishes nothing for an empty batch', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    await bench.soon(bench.bus.publish([]), 'an empty batch');
    await bench.bus.publish([note(topic, 'a')]);
    await inbox.getsOnly('a');
  }),

  busCase('carries key, attributes and data as they are', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const plain = note(topic, 'a', {
      key: 'order-Ünï/☃ 17|x',
      data: { text: 'é☃😀"\\\u2028'.repeat(1_250), n: [1.5, null] },
    });
    const { topic: _, ...sent } = {
      ...plain,
      event: {
        ...plain.event,
        subject: 'order-☃ 17',
        time: '2026-11-21T14:00:00.123Z',
        tenant: 'tö',
        commitid: 'c 1',
      },
    };
    await bench.bus.publish([{ topic, ...sent }]);
    await inbox.gets('a');
    const { key, event } = present(inbox.find('a'), 'the message');
    equal({ key, event }, sent, 'the message');
  }),

  busCase('carries a message without data, and bytes', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const bare = { specversion: '1.0', source: '/contract', type: 'bare' } as const;
    const data = new Uint8Array([0, 10, 255]);
    const datacontenttype = 'application/octet-stream';
    await bench.bus.publish([
      { topic, key: 'a', event: { ...bare, id: 'a' } },
      { topic, key: 'b', event: { ...bare, id: 'b', datacontenttype, data } },
    ]);
    await inbox.gets('a', 'b');
    equal(inbox.find('a')?.event, { ...bare, id: 'a' }, 'the message without data');
    equal(inbox.find('b')?.event, { ...bare, id: 'b', datacontenttype, data }, 'the message with bytes');
  }),

  busCase('refuses a message that is too large, and sends nothing of its batch', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const { maxBytes } = bench.bus.capabilities;
    const large = note(topic, 'large', { data: 'x'.repeat(maxBytes) });
    const publish = () => bench.bus.publish([note(topic, 'beside'), large]);
    const refusal = await rejects('message-too-large', publish, 'a message that is too large');
    equal(refusal['maxBytes'], maxBytes, 'the limit that it names');
    ok(Number(refusal['bytes']) > maxBytes, 'it does not name the size');
    await bench.bus.publish([note(topic, 'a')]);
    await inbox.getsOnly('a');
  }),

  busCase('takes a message that is nearly as large as its limit', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const room = bench.bus.capabilities.maxBytes - 2_000;
    await bench.bus.publish([note(topic, 'a', { data: 'x'.repeat(room) })]);
    await inbox.gets('a');
    equal((inbox.find('a')?.event.data as string).length, room, 'the length');
  }),

  busCase('refuses a message that is no CloudEvent, and sends nothing of its batch', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const nameless = { ...note(topic, 'x'), event: { ...note(topic, 'x').event, type: '' } };
    const publish = () => bench.bus.publish([note(topic, 'beside'), nameless]);
    await rejects('message-rejected', publish, 'a message without a type');
    await bench.bus.publish([note(topic, 'a')]);
    await inbox.getsOnly('a');
  }),

  busCase('refuses an unknown topic, soon', async (bench) => {
    const topic = bench.unusedName();
    const publishing = () => bench.soon(bench.bus.publish([note(topic, 'a')]), 'the refusal');
    const refusal = await rejects('broker-refused', publishing, 'an unknown topic');
    equal(refusal['why'], 'unknown-topic', 'the reason');
  }),

  busCase('publishes nothing for a signal that is aborted', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic] });
    const signal = AbortSignal.abort();
    const refused = await bench.bus.publish([note(topic, 'x')], { signal }).then(
      () => false,
      () => true,
    );
    ok(refused, 'it was published');
    await bench.bus.publish([note(topic, 'a')]);
    await inbox.getsOnly('a');
  }),

  busCase(
    'delivers a delayed message, and not early',
    async (bench) => {
      const topic = await bench.topic('delayed');
      let came = 0;
      const inbox = await bench.listen({ topics: [topic], order: 'none' }, () => {
        came ||= performance.now();
      });
      const published = performance.now();
      await bench.bus.publish([{ ...note(topic, 'late'), delay: bench.delay }]);
      await inbox.gets('late');
      // A broker's clock may tick in whole milliseconds.
      ok(came - published >= bench.delay - 1, 'it came early');
    },
    'delay',
  ),

  busCase('refuses a delay that it cannot keep', async (bench) => {
    const topic = await bench.topic();
    const delay = (bench.bus.capabilities.delay || 0) + 1;
    const publish = () => bench.bus.publish([{ ...note(topic, 'a'), delay }]);
    await rejects('invalid-options', publish, 'too long a delay');
  }),
];
