import { names, note, notes } from '../bench.js';
import { equal, ok } from '../check.js';
import { busCase } from '../harness.js';

export const sharingCases = [
  busCase('shares the messages between the subscriptions of one group', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    const first = await bench.listen({ topics: [topic], group });
    const second = await bench.listen({ topics: [topic], group }, undefined, bench.another());
    let round = 0;
    await bench.until(async () => {
      round += 1;
      await bench.bus.publish(notes(topic, 16, `round ${round}/`));
      return first.messages.length > 0 && second.messages.length > 0;
    }, 'both to get some');
    const sent = names(round).flatMap((_, i) => names(16, `round ${i + 1}/`));
    await bench.until(() => new Set([...first.done, ...second.done]).size === sent.length, 'all of them');
    const twice = first.done.filter((id) => second.done.includes(id));
    ok(twice.length < sent.length / 2, 'both got nearly everything: they do not share');
  }),

  busCase('gives every group all messages', async (bench) => {
    const topic = await bench.topic();
    const [first, second] = [
      await bench.listen({ topics: [topic] }),
      await bench.listen({ topics: [topic] }),
    ];
    await bench.bus.publish(notes(topic, 20));
    await first.getsOnly(...names(20));
    await second.getsOnly(...names(20));
  }),

  busCase('begins a new group with what the broker still has', async (bench) => {
    const topic = await bench.topic();
    await bench.bus.publish(notes(topic, 5, 'before'));
    const inbox = await bench.listen({ topics: [topic] });
    await bench.bus.publish(notes(topic, 5, 'after'));
    await inbox.getsOnly(...names(5, 'before'), ...names(5, 'after'));
  }),

  busCase(
    'begins a new group with what comes from now on, if it says so',
    async (bench) => {
      const topic = await bench.topic();
      await bench.bus.publish(notes(topic, 5, 'before'));
      const inbox = await bench.listen({ topics: [topic], startFrom: 'latest' });
      await bench.bus.publish(notes(topic, 5, 'after'));
      await inbox.getsOnly(...names(5, 'after'));
    },
    'latest',
  ),

  busCase('goes on where the last subscription of a group has stopped', async (bench) => {
    const topic = await bench.topic();
    const group = await bench.group([topic]);
    const first = await bench.listen({ topics: [topic], group });
    await bench.bus.publish(notes(topic, 5, 'before'));
    await first.gets(...names(5, 'before'));
    await first.subscription.close();
    await bench.bus.publish(notes(topic, 5, 'between'));
    const second = await bench.listen(
      { topics: [topic], group, startFrom: 'latest' },
      undefined,
      bench.another(),
    );
    await bench.bus.publish([note(topic, 'after')]);
    await second.getsOnly(...names(5, 'between'), 'after');
    equal(first.ids.toSorted(), names(5, 'before'), 'what the first one got');
  }),
];
