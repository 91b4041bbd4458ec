import { expect, test } from 'vitest';
import { deadLetterRecord } from '../../src/kafka/dead-letters/dead-letter-record.js';
import { KafkaDeadLetters } from '../../src/kafka/dead-letters/kafka-dead-letters.js';
import type { IncomingRecord, OutgoingRecord } from '../../src/kafka/driver/kafka-driver.js';

/** How often the topic was read, and what time it is. */
interface Passes {
  count: number;
  now: number;
}

/** The topic of dead letters, as a broker that compacts nothing yet. */
function lettersIn(records: IncomingRecord[], passes: Passes = { count: 0, now: 0 }): KafkaDeadLetters {
  return new KafkaDeadLetters('g', {
    clock: () => passes.now,
    read: async (_topic, see) => {
      passes.count += 1;
      records.forEach(see);
    },
    publish: async (record) => void records.push(incoming(record, records.length)),
  });
}

function incoming({ key, value, headers }: OutgoingRecord, offset: number): IncomingRecord {
  return { offset, key, value, headers, bytes: 1, keep: () => undefined };
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

const many = (count: number) => Array.from({ length: count }, (_, i) => incoming(letter(`o:0:${i}`), i));

test.each(['retry', 'discard'] as const)('%s of many is one pass over the topic', async (what) => {
  const [records, passes] = [many(200), { count: 0, now: 0 }];
  const dead = lettersIn(records, passes);
  for (let i = 0; i < 200; i += 1) expect(await dead[what](`o:0:${i}`)).toBe(true);
  expect(passes.count).toBe(1);
  expect(await dead[what]('o:0:7')).toBe(false);
  expect(await dead.list()).toEqual([]);
  expect(records).toHaveLength(what === 'retry' ? 600 : 400);
});

test('what somebody else has settled is noticed by the next pass, some seconds later', async () => {
  const [records, passes] = [many(3), { count: 0, now: 0 }];
  const [dead, other] = [lettersIn(records, passes), lettersIn(records)];
  expect(await dead.retry('o:0:0')).toBe(true);
  expect(await other.discard('o:0:2')).toBe(true);
  passes.now = 5_000;
  expect(await dead.retry('o:0:2')).toBe(false);
  expect(await dead.retry('o:0:1')).toBe(true);
  expect(passes.count).toBe(2);
});

test('a letter that comes meanwhile is found', async () => {
  const records = many(1);
  const dead = lettersIn(records);
  expect(await dead.retry('o:0:0')).toBe(true);
  records.push(incoming(letter('o:0:9'), 9));
  expect(await dead.retry('o:0:9')).toBe(true);
});
