import { systemTimers } from '@varve/eventstore';
import { afterEach, expect, test } from 'vitest';
import type { ReceivedMessage } from '../../src/rocketmq/client/received-message.js';
import { idOf, inOrder } from '../../src/rocketmq/dead-letters/dead-letter-of.js';
import type { DeadLetterReader } from '../../src/rocketmq/dead-letters/reader.js';
import { storeAgain } from '../../src/rocketmq/dead-letters/send-dead-letter.js';
import type { Outgoing } from '../../src/rocketmq/encode-message.js';
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

test('a letter that was looked at so often that it was stored anew keeps its place', async () => {
  const letters = four();
  const first = message('d', 0);
  for (const born of [100, 200]) {
    const stored = await storedAnew(letters.get('d') ?? first);
    letters.set('d', { ...message(`copy of ${born}`, born), properties: stored });
  }
  const dead = lettersIn(letters);
  expect(idsOf(await dead.list({ limit: 2 }))).toEqual(['d', 'c']);
  expect(idsOf(await dead.list({ limit: 2, after: 'c' }))).toEqual(['b', 'a']);
});

async function storedAnew(letter: ReceivedMessage): Promise<ReadonlyMap<string, string>> {
  let stored: Outgoing | undefined;
  await storeAgain({ sendPlain: async (outgoing) => void (stored = outgoing) }, letter, idOf(letter));
  return stored?.properties ?? new Map();
}

test('a page behind a dead letter of which nobody knows is refused, not begun anew', async () => {
  await expect(lettersIn(four()).list({ after: 'x' })).rejects.toMatchObject({
    code: 'invalid-options',
    option: 'after',
  });
});
