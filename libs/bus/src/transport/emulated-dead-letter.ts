import { messageOf } from '@varve/eventstore';
import { decodeWire } from '../message/decode-wire.js';
import type { Message } from '../message/message.js';
import type { WireMessage } from '../message/wire-message.js';
import type { DeadLetter } from './dead-letters.js';

/** Headers of a dead letter that this library keeps in a topic of its own; what the message came with stays beside them. */
const PREFIX = 'varve-dead-letter-';
const LONGEST_REASON = 500;

/** For adapters: what `toDeadLetterWire` writes into the headers of a message that was given up on. */
export interface DeadLetterFacts {
  readonly group: string;
  readonly reason: string;
  readonly error: unknown;
  readonly attempts: number;
  readonly at: Date;
}

/** The topic with the dead letters of a group, on a bus whose dead letters are emulated. */
export function deadLetterTopicOf(group: string): string {
  return `${group}-dead-letters`;
}

/** The message as it was, with what is known of its end in headers. */
export function toDeadLetterWire(wire: WireMessage, facts: DeadLetterFacts): WireMessage {
  const code = errorCodeOf(facts.error);
  return {
    ...withKey(wire.key),
    topic: deadLetterTopicOf(facts.group),
    headers: {
      ...wire.headers,
      [`${PREFIX}group`]: facts.group,
      [`${PREFIX}topic`]: wire.topic,
      [`${PREFIX}reason`]: reasonOf(facts),
      [`${PREFIX}attempts`]: String(facts.attempts),
      [`${PREFIX}at`]: facts.at.toISOString(),
      ...(code === undefined ? {} : { [`${PREFIX}code`]: code }),
    },
    body: wire.body,
  };
}

/** What `toDeadLetterWire` made, read; also of a message that somebody else has put there. */
export function fromDeadLetterWire(id: string, wire: WireMessage): DeadLetter {
  const fact = (name: string): string | undefined => wire.headers[PREFIX + name];
  const at = new Date(fact('at') ?? Number.NaN);
  const attempts = Number(fact('attempts'));
  const raw: WireMessage = {
    ...withKey(wire.key),
    topic: fact('topic') ?? wire.topic,
    headers: Object.fromEntries(Object.entries(wire.headers).filter(([name]) => !name.startsWith(PREFIX))),
    body: wire.body,
  };
  return deadLetterFrom(raw, {
    id,
    group: fact('group') ?? '',
    reason: fact('reason'),
    errorCode: fact('code'),
    attempts: Number.isSafeInteger(attempts) && attempts > 0 ? attempts : undefined,
    at: Number.isNaN(at.getTime()) ? undefined : at,
  });
}

/** For adapters: what a broker can tell of a dead letter; `id` and `group` it always can. */
export interface KnownOfDeadLetter {
  readonly id: string;
  readonly group: string;
  readonly reason?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly attempts?: number | undefined;
  readonly at?: Date | undefined;
}

/** Leaves out what is not known. */
export function deadLetterFrom(raw: WireMessage, known: KnownOfDeadLetter): DeadLetter {
  const { id, group, reason, errorCode, attempts, at } = known;
  const message = messageIn(raw);
  return {
    id,
    group,
    topic: raw.topic,
    ...withKey(raw.key),
    ...(reason === undefined ? {} : { reason }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(at === undefined ? {} : { at }),
    raw,
    ...(message === undefined ? {} : { message }),
  };
}

/** `failed 11 times: the stock service is down`, on one line. */
export function reasonOf({ reason, error }: Pick<DeadLetterFacts, 'reason' | 'error'>): string {
  return `${reason}: ${messageOf(error)}`
    .replaceAll(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .slice(0, LONGEST_REASON)
    .toWellFormed();
}

/** For adapters: the `code` of an error that has one, as it goes into a dead letter's headers. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function messageIn(raw: WireMessage): Message | undefined {
  try {
    return decodeWire(raw);
  } catch {
    return undefined;
  }
}

function withKey(key: string | undefined): { readonly key?: string } {
  return key === undefined ? {} : { key };
}
