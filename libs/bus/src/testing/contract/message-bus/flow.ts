import { names, note, notes } from '../bench.js';
import { equal, ok } from '../check.js';
import { busCase } from '../harness.js';

export const flowCases = [
  busCase('handles no more messages at the same time than it may', async (bench) => {
    const topic = await bench.topic('plain');
    const handling = () => new Promise((resolve) => setTimeout(resolve, 5));
    const inbox = await bench.listen({ topics: [topic], order: 'none', maxInFlight: 3 }, handling);
    await bench.bus.publish(notes(topic, 24));
    await inbox.gets(...names(24));
    ok(inbox.peak <= 3, `${inbox.peak} at the same time`);
  }),

  busCase('gives a message to nobody else while its handler runs', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    const handling = async (): Promise<void> => {
      const end = performance.now() + bench.slowness;
      await bench.until(() => performance.now() > end, 'the slow handler');
    };
    const first = await bench.listen({ topics: [topic], group }, handling);
    const second = await bench.listen({ topics: [topic], group }, handling, bench.another());
    await bench.bus.publish([note(topic, 'slow')]);
    await bench.until(() => first.done.length + second.done.length > 0, 'the slow message');
    equal(first.messages.length + second.messages.length, 1, 'how often it was handed over');
  }),

  busCase('hands over nothing while it is paused, and everything afterwards', async (bench) => {
    const topic = await bench.topic();
    const paused = await bench.listen({ topics: [topic] });
    const running = await bench.listen({ topics: [topic] });
    await bench.bus.publish([note(topic, 'before')]);
    await paused.gets('before');
    paused.subscription.pause();
    equal(paused.subscription.status().state, 'paused', 'the state');
    await bench.bus.publish(notes(topic, 8));
    await running.gets(...names(8));
    equal(paused.ids, ['before'], 'what came while it was paused');
    paused.subscription.resume();
    await paused.getsOnly('before', ...names(8));
    equal(running.subscription.status().state, 'running', 'the state of the other');
  }),

  busCase('says how it stands', async (bench) => {
    const topic = await bench.topic();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const inbox = await bench.listen({ topics: [topic] }, async ({ event }, { attempt }) => {
      if (event.id === 'held') await gate;
      if (event.id === 'bad' && attempt === 1) throw new Error('failed on purpose');
    });
    const { subscription } = inbox;
    equal(subscription.group, inbox.group, 'the group');
    await bench.bus.publish([note(topic, 'held'), note(topic, 'bad'), note(topic, 'good')]);
    await inbox.gets('good');
    await bench.until(() => subscription.status().inFlight === 1, 'one in flight');
    release();
    await inbox.gets('held', 'bad');
    await bench.until(() => subscription.status().handled === 3, 'three handled');
    const { state, inFlight, retried, deadLettered, lastError } = subscription.status();
    equal(
      { state, inFlight, retried, deadLettered },
      { state: 'running', inFlight: 0, retried: 1, deadLettered: 0 },
      'the status',
    );
    ok(
      lastError instanceof Error && lastError.message === 'failed on purpose',
      'it does not say the last error',
    );
  }),
];
