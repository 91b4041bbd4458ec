import { expect, test } from 'vitest';
import { deadLetterRecord } from '../../src/kafka/dead-letters/dead-letter-record.js';
import { KafkaDeadLetters } from '../../src/kafka/dead-letters/kafka-dead-letters.js';
import type { IncomingRecord, OutgoingRecord } from '../../src/kafka/driver/kafka-driver.js';

/** The topic of dead letters, as a broker that compacts nothing yet. */
function lettersIn(records: IncomingRecord[]): KafkaDeadLetters {
  return new KafkaDeadLetters('g', {
    read: async (_topic, see) => records.forEach(see),
    publish: async (record) => void records.push(incoming(record, records.length)),
  });
}

function incoming({ key, value, headers }: OutgoingRecord, offset: number): IncomingRecord {
  return { offset, key, value, headers, bytes: 1 };
}

function letter(id: string): OutgoingRecord {
  const wire = { topic: 'order', headers: {}, body: new Uint8Array([1]) };
  const facts = { group: 'g', reason: 'failed', error: new Error('no'), attempts: 1, at: new Date(0) };
  return deadLetterRecord(id, wire, facts);
}

const idsOf = (letters: readonly { readonly id: string }[]): string[] => letters.map(({ id }) => id);

test('a page goes on where a settled dead letter stood, which is not where its name sorts', async () => {
  const records = ['o:1:9', 'o:0:7', 'o:2:1', 'o:0:8'].map((id, i) => incoming(letter(id), i));
  const dead = lettersIn(records);
  expect(await dead.discard('o:0:7')).toBe(true);
  expect(idsOf(await dead.list({ after: 'o:0:7' }))).toEqual(['o:2:1', 'o:0:8']);
  expect(idsOf(await dead.list({ after: 'o:0:7', limit: 1 }))).toEqual(['o:2:1']);
  expect(idsOf(await dead.list())).toEqual(['o:1:9', 'o:2:1', 'o:0:8']);
});

test('a page behind a dead letter of which compaction has left no trace is refused, not begun anew', async () => {
  const dead = lettersIn([incoming(letter('o:0:8'), 5)]);
  await expect(dead.list({ after: 'o:0:7' })).rejects.toMatchObject({
    code: 'invalid-options',
    option: 'after',
  });
});
