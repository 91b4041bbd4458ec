import type { WireMessage } from '../../message/wire-message.js';
import type { DeadLetter } from '../../transport/dead-letters.js';
import {
  deadLetterTopicOf,
  fromDeadLetterWire,
  toDeadLetterWire,
  type DeadLetterFacts,
} from '../../transport/emulated-dead-letter.js';
import type { IncomingRecord, OutgoingRecord, TopicPartitionOffset } from '../driver/kafka-driver.js';

/** The key of the record is the dead letter's id, so that compaction keeps one record of each; that of the message is here. */
const KEY_HEADER = 'varve-dead-letter-key';

/** Where it lay: the same message that is given up on twice, because a crash came between, is one dead letter. */
export function deadLetterIdOf({ topic, partition, offset }: TopicPartitionOffset): string {
  return `${topic}:${partition}:${offset}`;
}

export function deadLetterRecord(id: string, wire: WireMessage, facts: DeadLetterFacts): OutgoingRecord {
  const { topic, headers, body } = toDeadLetterWire(wire, facts);
  const key = wire.key === undefined ? {} : { [KEY_HEADER]: wire.key };
  return { topic, key: id, value: body, headers: { ...headers, ...key } };
}

/** Takes it away: compaction removes both in time, and readers pass over it at once. */
export function tombstone(group: string, id: string): OutgoingRecord {
  return { topic: deadLetterTopicOf(group), key: id, value: null, headers: {} };
}

export function deadLetterFromRecord(topic: string, group: string, record: IncomingRecord): DeadLetter {
  const { key, headers, value } = record;
  const original = headers[KEY_HEADER];
  const letter = fromDeadLetterWire(key ?? '', {
    topic,
    ...(original === undefined ? {} : { key: original }),
    headers,
    body: value ?? new Uint8Array(),
  });
  return { ...letter, group };
}
