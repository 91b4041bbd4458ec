import kafkajs, { type ICustomPartitioner } from 'kafkajs';

/**
 * Partitions as kafkajs's default partitioner, and so as the Java client's. That one reckons in BigInt, which was a seventh of all that a relay
 * to Kafka did.
 */
export const keyPartitioner: ICustomPartitioner = () => {
  const byDefault = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const { partition, key } = args.message;
    if (typeof partition === 'number' || !Buffer.isBuffer(key)) return byDefault(args);
    return (murmur2(key) & 0x7fff_ffff) % args.partitionMetadata.length;
  };
};

const SEED = 0x9747_b28c;
const M = 0x5bd1_e995;
const R = 24;

/** MurmurHash2 of 32 bits by Austin Appleby, with the seed of `org.apache.kafka.common.utils.Utils.murmur2`. */
function murmur2(data: Buffer): number {
  const { length } = data;
  const tail = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < tail; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, M);
    k = Math.imul(k ^ (k >>> R), M);
    h = Math.imul(h, M) ^ k;
  }
  if (tail < length) {
    for (let i = length - 1; i >= tail; i--) h ^= data[i]! << (8 * (i - tail));
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
