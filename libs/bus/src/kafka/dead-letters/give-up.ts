import { sleep, type Timers } from '@varve/eventstore';
import type { WireMessage } from '../../message/wire-message.js';
import type { BusNotice } from '../../transport/bus-notice.js';
import { deadLetterTopicOf } from '../../transport/emulated-dead-letter.js';
import { isBusError } from '../../transport/errors.js';
import type { GivenUp } from '../consume/dispatcher.js';
import type { KafkaDriver, OutgoingRecord, TopicPartitionOffset } from '../driver/kafka-driver.js';
import { createTopic } from '../topology/create-topic.js';
import { withAdmin } from '../topology/with-admin.js';
import { deadLetterIdOf, deadLetterRecord } from './dead-letter-record.js';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** What the headers of a dead letter may add to a message that is as large as its topic allows. */
const FOR_HEADERS = 100_000;

export interface GiveUpPorts {
  readonly driver: KafkaDriver;
  readonly publish: (record: OutgoingRecord) => Promise<void>;
  readonly maxBytes: number;
  readonly replicationFactor: number | undefined;
  readonly timers: Timers;
  readonly clock: () => Date;
  readonly notify: (notice: BusNotice) => void;
}

export interface GivenUpMessage {
  readonly group: string;
  readonly wire: WireMessage;
  readonly place: TopicPartitionOffset;
  readonly given: GivenUp;
  readonly attempts: number;
}

/** Writes a message to the dead letters and tries until it is there: `false` when the signal was aborted before. */
export async function giveUp(
  ports: GiveUpPorts,
  message: GivenUpMessage,
  signal: AbortSignal,
): Promise<boolean> {
  const { group, wire, place, given, attempts } = message;
  const { reason, error } = given;
  const facts = { group, reason, error, attempts, at: ports.clock() };
  const record = deadLetterRecord(deadLetterIdOf(place), wire, facts);
  for (let delay = FIRST_PAUSE; !signal.aborted; delay = Math.min(LONGEST_PAUSE, 2 * delay)) {
    try {
      await publishOrCreate(ports, group, record);
      return true;
    } catch (trouble) {
      const what = `writing a dead letter of group "${group}"; its message is kept until that works`;
      ports.notify({ kind: 'trouble', what, error: trouble });
      await sleep(ports.timers, delay, signal);
    }
  }
  return false;
}

async function publishOrCreate(ports: GiveUpPorts, group: string, record: OutgoingRecord): Promise<void> {
  try {
    await ports.publish(record);
  } catch (error) {
    if (!isBusError(error, 'broker-refused') || !('why' in error) || error.why !== 'unknown-topic')
      throw error;
    await createDeadLetterTopic(ports, group);
    await ports.publish(record);
  }
}

export function deadLetterTopicPlan(group: string, maxBytes: number) {
  return {
    name: deadLetterTopicOf(group),
    // One, so that the oldest comes first.
    partitions: 1,
    config: { 'cleanup.policy': 'compact', 'max.message.bytes': String(maxBytes + FOR_HEADERS) },
  };
}

async function createDeadLetterTopic(ports: GiveUpPorts, group: string): Promise<void> {
  const { driver, maxBytes, replicationFactor } = ports;
  await withAdmin(driver, (admin) =>
    createTopic(admin, deadLetterTopicPlan(group, maxBytes), replicationFactor),
  );
}
