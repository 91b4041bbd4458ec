import {
  commitMessage,
  decodeWire,
  encodeWire,
  isBusError,
  readCommitMessage,
  type Message,
  type WireBinding,
  type WireMessage,
} from '@varve/bus';
import type { Commit } from '@varve/eventstore';
import type { Random } from '../../support/random.ts';

/** Where a message must end: with the handler, left out as another log's, or among the dead letters of its group. */
export interface Place {
  readonly plain: 'handled' | 'dead';
  readonly sequenced: 'applied' | 'left-out' | 'dead';
}

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  '',
  '9007199254740993',
  '2026-13-45T99:99:99Z',
  [null],
  {},
  { events: [{}] },
  { events: 'x' },
  'x'.repeat(300),
  'urn:varve:log:%',
  'urn:varve:log:another',
  'somebody.elses',
];
const NAMES = [
  'id',
  'source',
  'type',
  'specversion',
  'subject',
  'time',
  'dataschema',
  'data',
  'data_base64',
  'firstversion',
  'lastversion',
  'constructor',
  'Upper',
];
const TYPES = [
  'application/cloudevents+avro',
  'application/cloudevents-batch+json',
  'application/json',
  'text/plain',
];
const HEADER = /^[A-Za-z][\w-]*$/;
const VALUE = /^[\x20-\x7e]+$/;

/** A commit as it goes over the wire, with something wrong: cut off, overwritten, of another kind, or of another service's log. */
export function damagedWire(random: Random, good: WireMessage): WireMessage {
  const { headers, body } = good;
  switch (random.below(7)) {
    case 0:
      return {
        ...good,
        headers: {},
        body: Uint8Array.from({ length: 1 + random.below(200) }, () => random.below(256)),
      };
    case 1:
      return { ...good, body: body.slice(0, 1 + random.below(body.length)) };
    case 2:
      return { ...good, body: overwritten(random, body) };
    case 3:
      return {
        ...good,
        headers: Object.fromEntries(Object.entries(headers).map(([name]) => [name, random.pick(TYPES)])),
      };
    case 4:
      return { ...good, headers: { ...headers, [`ce_${random.pick(NAMES)}`]: String(random.pick(VALUES)) } };
    default:
      return { ...good, body: withOther(random, body) };
  }
}

export function goodWire(
  random: Random,
  commit: Commit,
  to: { logId: string; topic: string; binding: WireBinding },
): WireMessage {
  const { logId, topic, binding } = to;
  const message = commitMessage(commit, { logId, topic });
  return encodeWire(message, { mode: random.pick(['structured', 'binary']), binding });
}

/** Headers that every broker carries, and a body that it takes. */
export function isCarried({ headers, body }: WireMessage): boolean {
  return (
    body.length > 0 &&
    Object.entries(headers).every(([name, value]) => HEADER.test(name) && VALUE.test(value))
  );
}

/** As the functions say that everything is built on; `undefined` for a forgery that nothing tells from a commit of the log. */
export function placeOf(
  wire: WireMessage,
  logId: string,
  inLog: (message: Message) => boolean,
): Place | undefined {
  const message = readable(() => decodeWire(wire));
  if (!message) return { plain: 'dead', sequenced: 'dead' };
  const commit = readable(() => readCommitMessage(message));
  if (!commit) return { plain: 'handled', sequenced: 'dead' };
  if (commit.logId !== logId) return { plain: 'handled', sequenced: 'left-out' };
  return inLog(message) ? { plain: 'handled', sequenced: 'applied' } : undefined;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isBusError(error, 'message-rejected')) return undefined;
    throw error;
  }
}

function overwritten(random: Random, body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body);
  for (let n = 1 + random.below(3); n > 0; n -= 1) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

/** The same JSON with another value somewhere, or none. */
function withOther(random: Random, body: Uint8Array): Uint8Array {
  const parsed = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
  if (random.chance(0.7)) parsed[random.pick(NAMES)] = random.pick(VALUES);
  else Reflect.deleteProperty(parsed, random.pick(NAMES));
  return new TextEncoder().encode(JSON.stringify(parsed));
}
