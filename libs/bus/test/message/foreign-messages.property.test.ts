import {
  commitMessage,
  decodeWire,
  encodeWire,
  isBusError,
  readCommitMessage,
  ROCKETMQ_BINDING,
  type WireMessage,
} from '@varve/bus';
import { expect, test } from 'vitest';
import { seeded, type Random } from '../../../../test/support/random.js';

const ROUNDS = Number(process.env['VARVE_FUZZ'] ?? 10_000);
/** More than any machine takes. */
const MOST_MILLISECONDS = 30_000 + ROUNDS * 5;
const SEED = Number(process.env['VARVE_FUZZ_SEED'] ?? 20_261_121);

const TYPES = [
  'application/cloudevents+json',
  'application/cloudevents+json; charset=utf-8',
  'APPLICATION/CLOUDEVENTS+JSON',
  'application/cloudevents+avro',
  'application/cloudevents-batch+json',
  'application/json',
  'text/plain',
  '',
  '\u0000',
];
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  '1',
  '01',
  '9007199254740993',
  'NaN',
  '\ud800',
  '2026-13-45T99:99:99Z',
  [],
  [null],
  {},
  { events: [] },
  { events: [{}] },
  { events: 'x' },
  'x'.repeat(300),
  'urn:varve:log:%',
  'urn:varve:log:',
];
const NAMES = [
  'id',
  'source',
  'type',
  'specversion',
  'subject',
  'time',
  'dataschema',
  'datacontenttype',
  'data',
  'data_base64',
  'firstversion',
  'lastversion',
  'commitid',
  'position',
  'traceparent',
  'tenant',
  '__proto__',
  'constructor',
  'toString',
  'Upper',
  'with-dash',
  '',
  'ü',
];

function aGoodWire(random: Random): WireMessage {
  const events = Array.from({ length: 1 + random.below(3) }, (_, i) => ({
    type: `t${i}`,
    data: { i, s: 'ä☃' },
  }));
  const firstVersion = 1 + random.below(5);
  const commit = {
    stream: 'order-1',
    firstVersion,
    lastVersion: firstVersion + events.length - 1,
    at: new Date(0),
    events,
  };
  const message = commitMessage(commit, { logId: 'log', topic: 'order', pointer: random.chance(0.2) });
  const binding = random.chance(0.5) ? { binding: ROCKETMQ_BINDING } : {};
  return encodeWire(message, { mode: random.pick(['structured', 'binary']), ...binding });
}

/** Something that somebody else might send, mostly a good message with one thing wrong. */
function aForeignWire(random: Random): WireMessage {
  const wire = aGoodWire(random);
  switch (random.below(8)) {
    case 0:
      return { topic: 'order', headers: {}, body: bytes(random, random.below(200)) };
    case 1:
      return { ...wire, body: wire.body.slice(0, random.below(wire.body.length + 1)) };
    case 2:
      return { ...wire, body: flipped(random, wire.body) };
    case 3:
      return { ...wire, headers: {} };
    case 4:
      return {
        ...wire,
        headers: {
          ...wire.headers,
          [random.pick(['content-type', 'CE_contenttype', 'ce_datacontenttype'])]: random.pick(TYPES),
        },
      };
    case 5:
      return {
        ...wire,
        headers: {
          ...wire.headers,
          [`${random.pick(['ce_', 'CE_', ''])}${random.pick(NAMES)}`]: String(random.pick(VALUES)),
        },
      };
    case 6:
      return { ...wire, headers: without(random, wire.headers) };
    default:
      return { ...wire, body: withOther(random, wire.body) };
  }
}

function bytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function flipped(random: Random, body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body);
  for (let n = 1 + random.below(3); n > 0 && copy.length > 0; n--)
    copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function without(random: Random, headers: WireMessage['headers']): Record<string, string> {
  const names = Object.keys(headers);
  const gone = random.pick(names);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== gone));
}

/** The same JSON with another value somewhere. */
function withOther(random: Random, body: Uint8Array): Uint8Array {
  try {
    const parsed = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    const target =
      random.chance(0.3) && Array.isArray(parsed['events']) ? (parsed['events'][0] as typeof parsed) : parsed;
    target[random.pick(NAMES)] = random.pick(VALUES);
    if (random.chance(0.3)) Reflect.deleteProperty(target, random.pick(NAMES));
    return new TextEncoder().encode(JSON.stringify(parsed));
  } catch {
    return body;
  }
}

test(
  `Each of ${ROUNDS} damaged or foreign messages is read or rejected, and nothing else happens`,
  () => {
    const random = seeded(SEED);
    const outcomes = { read: 0, rejected: 0 };
    for (let n = 0; n < ROUNDS; n++) {
      const wire = aForeignWire(random);
      try {
        const message = decodeWire(wire);
        const { id, source, type, specversion } = message.event;
        for (const text of [id, source, type])
          if (typeof text !== 'string' || text === '') throw new Error(`read ${text}`);
        if ((specversion as string) !== '1.0') throw new Error(`read version ${specversion as string}`);
        const commit = readCommitMessage(message);
        const count = commit.lastVersion - commit.firstVersion + 1;
        if (commit.events && commit.events.length !== count)
          throw new Error('read the wrong number of events');
        // What was read can be written and read again.
        expect(readCommitMessage(decodeWire(encodeWire(message)))).toEqual(commit);
        outcomes.read += 1;
      } catch (error) {
        if (!isBusError(error, 'message-rejected'))
          throw new Error(`Seed ${SEED}, message ${n}`, { cause: error });
        outcomes.rejected += 1;
      }
    }
    expect(outcomes.read).toBeGreaterThan(ROUNDS / 20);
    expect(outcomes.rejected).toBeGreaterThan(ROUNDS / 3);
  },
  MOST_MILLISECONDS,
);
