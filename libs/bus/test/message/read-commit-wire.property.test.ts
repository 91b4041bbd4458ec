import {
  commitMessage,
  decodeWire,
  encodeWire,
  readCommitMessage,
  readCommitWire,
  type CommitMessage,
  type WireMessage,
} from '@varve/bus';
import { describe, expect, test } from 'vitest';
import { seeded, type Random } from '../../../../test/support/random.js';

const ROUNDS = 2_000 * Number(process.env['VARVE_PROPERTY_FACTOR'] ?? 1);
const SEED = Number(process.env['VARVE_SEED'] ?? 1);

const PIECES = [
  'a',
  '-',
  '"',
  '\\',
  '\n',
  '\u0000',
  'é',
  '☃',
  '@',
  '@1',
  '0',
  '","',
  '}',
  '{"a":1}',
  '\u2028',
  ' ',
];
/** Put somewhere into a text, in place of some of it. */
const NOISE = [
  ...PIECES,
  '',
  ',',
  ':',
  'null',
  '00',
  '-1',
  '9'.repeat(16),
  '"data":',
  '"subject":"order-2",',
].concat(['"position":"7",', '"type":"varve.commit-pointer"', '\\u0041', '[]', '"extra":true,']);

function textOf(random: Random): string {
  return Array.from({ length: 1 + random.below(4) }, () => random.pick(PIECES)).join('');
}

function wireOf(random: Random): WireMessage {
  const firstVersion = 1 + random.below(3);
  const count = 1 + random.below(2);
  const stream = random.chance(0.7) ? `order-${random.below(100)}` : textOf(random);
  const events = Array.from({ length: count }, () => ({
    type: 'order.paid',
    data: random.chance(0.5) ? { cents: random.below(100) } : textOf(random),
    ...(random.chance(0.3) && { metadata: { tenant: textOf(random), actor: textOf(random) } }),
    ...(random.chance(0.3) && { schemaVersion: 2 }),
  }));
  const message = commitMessage(
    {
      stream,
      firstVersion,
      lastVersion: firstVersion + count - 1,
      at: new Date(random.pick([0, 1_763_733_600_123, 253_402_300_800_000])),
      events,
      ...(random.chance(0.6) && { position: 1 + random.below(1_000) }),
      ...(random.chance(0.4) && { commitId: textOf(random) }),
    },
    { logId: random.pick(['log', 'log/1 ä']), topic: 'order', pointer: random.chance(0.1) },
  );
  return encodeWire(message);
}

function spoiled(random: Random, wire: WireMessage): WireMessage {
  const text = new TextDecoder().decode(wire.body);
  const from = random.below(text.length);
  const to = from + random.below(random.chance(0.5) ? 3 : 40);
  return {
    ...wire,
    body: new TextEncoder().encode(text.slice(0, from) + random.pick(NOISE) + text.slice(to)),
  };
}

function outcomeOf(read: () => CommitMessage): unknown {
  try {
    return read();
  } catch (error) {
    return String(error);
  }
}

function slowly(wire: WireMessage): CommitMessage {
  return readCommitMessage(decodeWire(wire));
}

describe('A commit read from its text', () => {
  test('is the one that is read from its CloudEvent, whatever is in it', () => {
    const random = seeded(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const wire = wireOf(random);
      expect(outcomeOf(() => readCommitWire(wire))).toStrictEqual(outcomeOf(() => slowly(wire)));
    }
  });

  test('is refused for the same reason, wherever its text was spoiled', () => {
    const random = seeded(SEED + 1);
    for (let round = 0; round < ROUNDS; round++) {
      const wire = spoiled(random, wireOf(random));
      expect(outcomeOf(() => readCommitWire(wire))).toStrictEqual(outcomeOf(() => slowly(wire)));
    }
  });

  test('is the same without a key, with another one, and with a byte that is no UTF-8', () => {
    const wire = wireOf(seeded(SEED));
    const { topic, headers, body } = wire;
    for (const other of [
      { topic, headers, body },
      { ...wire, key: 'order-0' },
    ])
      expect(readCommitWire(other)).toStrictEqual(slowly(other));
    const broken = { ...wire, body: Uint8Array.of(...body.slice(0, -3), 0xff, ...body.slice(-2)) };
    expect(outcomeOf(() => readCommitWire(broken))).toBe(outcomeOf(() => slowly(broken)));
  });
});
