import type { Message } from '../../../message/message.js';
import { names, note, notes } from '../bench.js';
import { equal, ok } from '../check.js';
import { busCase } from '../harness.js';

const KEYS = 16;

/** `perKey` messages of each key, the keys by turns. */
function byTurns(topic: string, perKey: number): Message[] {
  return Array.from({ length: KEYS * perKey }, (_, i) => {
    const key = `key-${i % KEYS}`;
    return note(topic, `${key}/${Math.floor(i / KEYS) + 1}`, { key });
  });
}

function ofKey(ids: readonly string[], key: string): string[] {
  return ids.filter((id) => id.startsWith(`${key}/`));
}

export const orderingCases = [
  busCase(
    'hands over the messages of one key in their order',
    async (bench) => {
      const topic = await bench.topic();
      const inbox = await bench.listen({ topics: [topic] });
      const sent = byTurns(topic, 10);
      for (let i = 0; i < sent.length; i += 20) await bench.bus.publish(sent.slice(i, i + 20));
      await inbox.gets(...sent.map(({ event }) => event.id));
      for (let key = 0; key < KEYS; key++) {
        equal(ofKey(inbox.ids, `key-${key}`), names(10, `key-${key}/`), `the order of key ${key}`);
      }
    },
    'lanes',
  ),

  busCase(
    'handles the messages of one key one after the other',
    async (bench) => {
      const topic = await bench.topic();
      const running = new Set<string>();
      let overlaps = 0;
      const handling = async ({ key }: Message): Promise<void> => {
        if (running.has(key)) overlaps += 1;
        running.add(key);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running.delete(key);
      };
      const inbox = await bench.listen({ topics: [topic] }, handling);
      const sent = byTurns(topic, 2);
      await bench.bus.publish(sent);
      await inbox.gets(...sent.map(({ event }) => event.id));
      equal(overlaps, 0, 'handlers that ran beside another of their key');
    },
    'lanes',
  ),

  busCase('handles several keys at the same time', async (bench) => {
    const topic = await bench.topic();
    let inHand = 0;
    const handling = async (): Promise<void> => {
      inHand += 1;
      await bench.until(() => inHand >= 2, 'a second message beside the first');
    };
    const inbox = await bench.listen({ topics: [topic] }, handling);
    await bench.bus.publish(notes(topic, 32));
    await inbox.gets(...names(32));
    ok(inbox.peak >= 2, 'one after the other');
  }),

  busCase(
    'lets other keys pass while one fails, and keeps its order',
    async (bench) => {
      const topic = await bench.topic();
      const others = (): number => inbox.done.filter((id) => !id.startsWith('bad')).length;
      const handling = ({ key }: Message): void => {
        if (key === 'bad' && others() === 0) throw new Error('not before somebody else has passed');
      };
      const retry = { retries: 1_000_000, firstDelay: 1, maxDelay: 20 };
      const inbox = await bench.listen({ topics: [topic], retry }, handling);
      const bad = names(3, 'bad').map((id) => note(topic, id, { key: 'bad' }));
      await bench.bus.publish(bad);
      await bench.until(() => (inbox.attempts.get('bad1')?.length ?? 0) > 0, 'the first failure');
      await bench.bus.publish(notes(topic, 32));
      await inbox.gets('bad1', 'bad2', 'bad3', ...names(32));
      equal(
        inbox.done.filter((id) => id.startsWith('bad')),
        ['bad1', 'bad2', 'bad3'],
        'the order of the key that failed',
      );
    },
    'lanes',
  ),

  busCase('lets nothing wait for a failing message without an order', async (bench) => {
    const topic = await bench.topic('plain');
    const handling = ({ event }: Message): void => {
      if (event.id === 'bad' && inbox.done.length < 3) throw new Error('not before the others');
    };
    const retry = { retries: 1_000_000, firstDelay: 1, maxDelay: 20 };
    const inbox = await bench.listen({ topics: [topic], order: 'none', retry }, handling);
    await bench.bus.publish([note(topic, 'bad', { key: 'k' })]);
    await bench.until(() => inbox.attempts.has('bad'), 'the first failure');
    await bench.bus.publish(names(3).map((id) => note(topic, id, { key: 'k' })));
    await inbox.gets('bad', ...names(3));
  }),
];
