import {
  commitMessage,
  decodeWire,
  encodeWire,
  KAFKA_BINDING,
  readCommitMessage,
  ROCKETMQ_BINDING,
  sizeOf,
  type CommitMessage,
  type Message,
} from '@varve/bus';
import type { Commit, EventMetadata } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';
import { seeded, type Random } from '../../../../test/support/random.js';

const ROUNDS = 500 * Number(process.env['VARVE_PROPERTY_FACTOR'] ?? 1);
const SEED = Number(process.env['VARVE_SEED'] ?? 1);

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const LONG = 'x'.repeat(1_100_000);
const LAST_DATE = 8_640_000_000_000_000;
const TIMES = [0, -1, LAST_DATE, -LAST_DATE, 253_402_300_799_999, 253_402_300_800_000].concat(
  -62_167_219_200_000,
  -62_167_219_200_001,
  1_763_733_600_123,
);
/** Text that something on the way might not like. */
const PIECES = ['a', '-', ' ', '%', '|', '"', '\\', '{', 'é', '☃', '😀'].concat(
  ['\u0000', '\n', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffe', '\ufdd0', '\u{1ffff}'],
  ['\ud800', '\udc00', '__proto__', '$', '%00', '\u0001\u0002'],
);
const WIRES = (['structured', 'binary'] as const).flatMap((mode) =>
  [KAFKA_BINDING, ROCKETMQ_BINDING].map((binding) => ({ mode, binding })),
);

function textOf(random: Random, most: number): string {
  return Array.from({ length: 1 + random.below(most) }, () => random.pick(PIECES)).join('');
}

function fact(random: Random): unknown {
  const others = [
    TRACEPARENT,
    'ff' + TRACEPARENT.slice(2),
    TRACEPARENT + '-x',
    '',
    7,
    null,
    ['a'],
    { id: 1 },
  ];
  if (random.chance(0.4)) return random.pick([...others, 'x'.repeat(256), 'x'.repeat(257)]);
  return random.chance(0.02) ? LONG : textOf(random, 20);
}

function metadata(random: Random): EventMetadata {
  const names = ['tenant', 'traceparent', 'actor', textOf(random, 3)];
  return Object.fromEntries(
    names.filter(() => random.chance(0.7)).map((name) => [name, fact(random)]),
  ) as EventMetadata;
}

/** Whatever the log refuses is no commit. */
async function draw(random: Random): Promise<Commit | undefined> {
  const log = new InMemoryEventStore();
  const events = Array.from({ length: 1 + random.below(3) }, () => ({
    type: textOf(random, 6),
    data: { [textOf(random, 3)]: textOf(random, 10) },
    metadata: metadata(random),
  }));
  const at = new Date(random.pick(TIMES));
  const commitId = textOf(random, 20);
  try {
    await log.append(textOf(random, 30), 'no-stream', events, random.chance(0.8) ? { commitId, at } : { at });
  } catch {
    return undefined;
  }
  for await (const { commits } of log.readAll(0)) return commits[0];
  return undefined;
}

function messagesOf(commit: Commit): Message[] {
  const to = { logId: 'log/1 ä', topic: 'order' };
  return [false, true].map((pointer) => commitMessage(commit, { ...to, pointer }));
}

function facts({ stream, firstVersion, lastVersion, commitId, position, at }: Commit | CommitMessage) {
  return { stream, firstVersion, lastVersion, commitId, position, at: at.getTime() };
}

/** As a message writes it. */
function written({ type, data, metadata }: Commit['events'][number]) {
  return { type, data, ...(Object.keys(metadata).length > 0 && { metadata }) };
}

test('whatever the log takes goes over every wire and is the same again, and its pointer is small', async () => {
  const random = seeded(SEED);
  let taken = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const commit = await draw(random);
    if (!commit) continue;
    taken += 1;
    const [whole, pointer] = messagesOf(commit) as [Message, Message];
    for (const wire of WIRES) {
      const read = readCommitMessage(decodeWire(encodeWire(whole, wire)));
      expect(facts(read)).toEqual(facts(commit));
      expect(JSON.stringify(read.events)).toBe(JSON.stringify(commit.events.map(written)));
      expect(facts(readCommitMessage(decodeWire(encodeWire(pointer, wire))))).toEqual(facts(commit));
      expect(sizeOf(pointer, wire)).toBeLessThan(10_000);
    }
  }
  expect(taken).toBeGreaterThan(ROUNDS / 20);
});

describe('What a message says beside its events', () => {
  const event = (attributes: EventMetadata, at = new Date(0)) =>
    commitMessage(
      {
        stream: 'order-1',
        firstVersion: 1,
        lastVersion: 1,
        at,
        events: [{ type: 'a', data: 1, metadata: attributes }],
      },
      { logId: 'log', topic: 'order' },
    ).event;

  test.each([
    ['a lone surrogate', '\ud800'],
    ['257 characters', 'x'.repeat(257)],
    ['a control character', 'a\u0000'],
    ['nothing', ''],
  ])('is no tenant of %s', (_, tenant) => {
    expect(event({ tenant })).not.toHaveProperty('tenant');
    expect(event({ tenant }).data).toEqual({ events: [{ type: 'a', data: 1, metadata: { tenant } }] });
  });

  test.each(['x', 'ff' + TRACEPARENT.slice(2), TRACEPARENT + '-x', TRACEPARENT.replace('4bf', '4BF')])(
    'is no traceparent like %s',
    (traceparent) => {
      expect(event({ traceparent })).not.toHaveProperty('traceparent');
    },
  );

  test.each([TRACEPARENT, `01${TRACEPARENT.slice(2)}-more`])('is a traceparent like %s', (traceparent) => {
    expect(event({ traceparent })).toHaveProperty('traceparent', traceparent);
  });

  test('is the time in RFC 3339, or in milliseconds where that cannot say it', () => {
    expect(event({}, new Date(0))).toMatchObject({ time: '1970-01-01T00:00:00.000Z' });
    expect(event({}, new Date(0))).not.toHaveProperty('atmilliseconds');
    const later = event({}, new Date(LAST_DATE));
    expect(later).toMatchObject({ atmilliseconds: '8640000000000000' });
    expect(later).not.toHaveProperty('time');
  });
});
