import fc from 'fast-check';
import kafkajs, { type Message, type PartitionerArgs } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { keyPartitioner } from '../../src/kafka/driver/key-partitioner.js';

const SOME = 1_000;

function argsOf(message: Partial<Message>, partitions: number): PartitionerArgs {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    partitionErrorCode: 0,
    replicas: [0],
    isr: [0],
  }));
  return { topic: 'order', partitionMetadata, message: { value: null, ...message } };
}

describe('The partition of a record', () => {
  test('is that of the default partitioner, whatever its key', () => {
    const [ours, byDefault] = [keyPartitioner(), kafkajs.Partitioners.DefaultPartitioner()];
    const keys = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: SOME }), (key, partitions) => {
        const args = argsOf({ key }, partitions);
        expect(ours(args)).toBe(byDefault(args));
      }),
      { numRuns: 2_000 },
    );
  });

  // From `UtilsTest.testMurmur2` of Apache Kafka.
  test.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of key %s is where a Java client puts it', (key, hash) => {
    const partition = keyPartitioner()(argsOf({ key: Buffer.from(key) }, SOME));
    expect(partition).toBe((hash & 0x7fff_ffff) % SOME);
  });

  test('is the one that the record names', () => {
    expect(keyPartitioner()(argsOf({ key: Buffer.from('order-1'), partition: 3 }, 6))).toBe(3);
  });

  test('is each in turn without a key', () => {
    const ours = keyPartitioner();
    const taken = Array.from({ length: 6 }, () => ours(argsOf({ key: null }, 6)));
    expect(taken.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
