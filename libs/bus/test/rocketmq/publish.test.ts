import { describe, expect, test } from 'vitest';
import type { Message } from '@varve/bus';
import { publishAll, sendableOf } from '../../src/rocketmq/publish.js';
import type { Sendable } from '../../src/rocketmq/sender.js';

function note(key: string, id: number, topic = 'notes'): Message {
  return { topic, key, event: { specversion: '1.0', id: `${key}${id}`, source: '/test', type: 'note' } };
}

const MAX_BYTES = 10_000;

function idOf({ outgoing }: Sendable): string {
  return (JSON.parse(outgoing.body.toString()) as { id: string }).id;
}

describe('publishing on RocketMQ', () => {
  test('sends the messages of a key one after the other, those of others meanwhile', async () => {
    const messages = ['a1', 'b1', 'a2', 'b2', 'a3'].map((id) => note(id[0]!, Number(id[1])));
    const sent: string[] = [];
    const running = new Set<string>();
    let peak = 0;
    await publishAll(
      messages.map((message) => sendableOf(message, MAX_BYTES)),
      {
        concurrency: 8,
        async send(message) {
          expect(running.has(message.key)).toBe(false);
          running.add(message.key);
          peak = Math.max(peak, running.size);
          await Promise.resolve();
          running.delete(message.key);
          sent.push(idOf(message));
        },
      },
    );
    expect([sent.toSorted(), peak]).toEqual([['a1', 'a2', 'a3', 'b1', 'b2'], 2]);
    expect(sent.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  });

  test('sends nothing more of a key that failed, waits for what runs, and tells the first failure', async () => {
    const sent: string[] = [];
    const failing = publishAll(
      [note('a', 1), note('a', 2), note('b', 1), note('c', 1)].map((message) =>
        sendableOf(message, MAX_BYTES),
      ),
      {
        concurrency: 2,
        async send(message) {
          const id = idOf(message);
          if (id === 'a1') throw new Error('the broker is away');
          await new Promise((resolve) => setImmediate(resolve));
          sent.push(id);
        },
      },
    );
    await expect(failing).rejects.toThrow('the broker is away');
    expect(sent).toEqual(['b1']);
  });

  test('counts headers, keys and tag as bytes of a message', () => {
    const plain = sendableOf(note('a', 1), MAX_BYTES);
    const tagged = sendableOf({ ...note('a', 1), tag: 'order.paid', searchKeys: ['commit-1'] }, MAX_BYTES);
    expect(tagged.bytes - plain.bytes).toBe('order.paid'.length + 1 + 'commit-1'.length);
    expect(() => sendableOf(note('a', 1), plain.bytes - 1)).toThrow(
      expect.objectContaining({ code: 'message-too-large', bytes: plain.bytes }),
    );
  });
});
