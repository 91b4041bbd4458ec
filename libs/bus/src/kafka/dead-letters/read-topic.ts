import type { Timers } from '@varve/eventstore';
import { BrokerUnavailableError } from '../../transport/errors.js';
import type { IncomingRecord, KafkaDriver, PartitionOffsets } from '../driver/kafka-driver.js';
import { within } from '../../transport/within.js';
import { withAdmin } from '../topology/with-admin.js';

/** Of silence: each batch begins it anew. */
const LONGEST_SILENCE = 10_000;

export interface TopicReading {
  readonly topic: string;
  /** Of a group that nobody else uses: it commits nothing, and is gone afterwards. */
  readonly group: string;
  readonly timers: Timers;
}

/** Hands over all that the topic holds at the beginning of the call, by rising offset in each partition. */
export async function readTopic(
  driver: KafkaDriver,
  { topic, group, timers }: TopicReading,
  see: (record: IncomingRecord) => void,
): Promise<void> {
  const ends = await withAdmin(driver, (admin) => admin.offsets(topic));
  const open = new Map(ends.filter(isOpen).map(({ partition, high }) => [partition, high]));
  if (open.size === 0) return;
  let heard: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const consumer = driver.consumer(
    { group, topics: [topic], fromBeginning: true },
    {
      assigned: () => undefined,
      fetched: async ({ partition, records }) => {
        const end = open.get(partition) ?? 0;
        for (const record of records) if (record.offset < end) see(record);
        if (records.at(-1)!.offset >= end - 1) open.delete(partition);
        heard();
      },
      failed: (error) => fail(error),
    },
  );
  try {
    await consumer.start();
    while (open.size > 0) {
      const next = new Promise<void>((resolve, reject) => {
        heard = resolve;
        fail = reject;
      });
      await within(timers, LONGEST_SILENCE, next, () => tooLate(topic));
    }
  } finally {
    await consumer.close();
  }
}

function isOpen({ low, high }: PartitionOffsets): boolean {
  return high > low;
}

function tooLate(topic: string): Error {
  return new BrokerUnavailableError(`Kafka sent nothing of "${topic}" for ${LONGEST_SILENCE} ms. Try again.`);
}
