import { assertSameDatabase } from '../../adapter/consumer.js';
import type { Consumer, RegisteredConsumer } from '../../log/consumer.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../driver-errors.js';

interface ConsumerRecord extends RegisteredConsumer {
  readonly _id: string;
  readonly kind: 'consumer';
}

/** @throws InvalidOptionsError that says which database the group has */
export async function registerConsumer(log: MongoLog, consumer: Consumer, at: Date): Promise<void> {
  while (!(await tryToRegister(log, consumer, at)));
}

/** Those of a log that this one is a copy of, as they were registered there. */
export async function putConsumers(log: MongoLog, consumers: readonly RegisteredConsumer[]): Promise<void> {
  for (const consumer of consumers) {
    const record = { kind: 'consumer', ...consumer };
    await log.records.updateOne({ _id: keyOf(consumer.group) }, { $set: record }, { upsert: true });
  }
}

/** `false`: nobody was registered under that name. */
export async function forgetConsumer(log: MongoLog, group: string): Promise<boolean> {
  const { deletedCount } = await log.records.deleteOne({ _id: keyOf(group) });
  return deletedCount > 0;
}

export async function listConsumers(log: MongoLog): Promise<readonly RegisteredConsumer[]> {
  const found = (await log.records
    .find({ kind: 'consumer' })
    .toArray()) as unknown as readonly ConsumerRecord[];
  return found
    .map(({ group, databaseId, location, registeredAt }) => ({ group, databaseId, location, registeredAt }))
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** `false`: another instance has changed it meanwhile. */
async function tryToRegister(log: MongoLog, consumer: Consumer, at: Date): Promise<boolean> {
  const { group, databaseId, location } = consumer;
  const known = (await log.records.findOne({ _id: keyOf(group) })) as ConsumerRecord | null;
  if (!known)
    return insert(log, {
      _id: keyOf(group),
      kind: 'consumer',
      group,
      databaseId,
      location,
      registeredAt: at,
    });
  assertSameDatabase(log.location, known, consumer);
  const asKnown = { _id: known._id, databaseId: known.databaseId, location: known.location };
  const { matchedCount } = await log.records.updateOne(asKnown, { $set: { databaseId, location } });
  return matchedCount > 0;
}

async function insert(log: MongoLog, record: ConsumerRecord): Promise<boolean> {
  try {
    await log.records.insertOne({ ...record });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

function keyOf(group: string): string {
  return `consumer:${group}`;
}
