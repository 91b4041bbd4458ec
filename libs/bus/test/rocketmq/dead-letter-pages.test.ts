import { systemTimers } from '@varve/eventstore';
import { afterEach, expect, test } from 'vitest';
import type { ReceivedMessage } from '../../src/rocketmq/client/received-message.js';
import { inOrder } from '../../src/rocketmq/dead-letters/dead-letter-of.js';
import type { DeadLetterReader } from '../../src/rocketmq/dead-letters/reader.js';
import { RocketMqDeadLetters } from '../../src/rocketmq/dead-letters/rocketmq-dead-letters.js';

const opened: RocketMqDeadLetters[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dead) => dead.close()));
});

function message(id: string, bornAt: number): ReceivedMessage {
  return {
    id,
    topic: 'order',
    body: new Uint8Array([1]),
    properties: new Map(),
    tag: undefined,
    keys: [],
    messageGroup: undefined,
    attempt: 1,
    bornAt: new Date(bornAt),
    endpoints: {} as ReceivedMessage['endpoints'],
    handle: id,
  };
}

function lettersIn(held: Map<string, ReceivedMessage>): RocketMqDeadLetters {
  const reader = {
    all: async () => [...held.values()].sort(inOrder),
    find: async (id: string) => held.has(id) && { message: held.get(id) },
    take: async (taken: { readonly message: ReceivedMessage }) => held.delete(taken.message.id),
    close: async () => undefined,
  };
  const dead = new RocketMqDeadLetters({
    group: 'g',
    timers: systemTimers,
    openReader: () => reader as unknown as DeadLetterReader,
    publish: async () => undefined,
    run: (work) => work(),
  });
  opened.push(dead);
  return dead;
}

const idsOf = (letters: readonly { readonly id: string }[]): string[] => letters.map(({ id }) => id);
const four = () => new Map(['d', 'c', 'b', 'a'].map((id, i) => [id, message(id, i)]));

test('a page goes on where the end of the page before stood, when that was settled meanwhile', async () => {
  const dead = lettersIn(four());
  expect(idsOf(await dead.list({ limit: 2 }))).toEqual(['d', 'c']);
  expect(await dead.discard('c')).toBe(true);
  expect(idsOf(await dead.list({ limit: 2, after: 'c' }))).toEqual(['b', 'a']);
  expect(idsOf(await dead.list())).toEqual(['d', 'b', 'a']);
});

test('a page behind a dead letter of which nobody knows is refused, not begun anew', async () => {
  await expect(lettersIn(four()).list({ after: 'x' })).rejects.toMatchObject({
    code: 'invalid-options',
    option: 'after',
  });
});
