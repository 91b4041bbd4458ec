import { InvalidOptionsError } from '../../log/errors.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../errors.js';

/** A group of projector instances and the one read-model database that they share. */
export interface Consumer {
  readonly group: string;
  /** The database's own id, which travels with it. */
  readonly databaseId: string;
  /** Where a person finds the database. */
  readonly location: string;
}

export interface RegisteredConsumer extends Consumer {
  readonly registeredAt: Date;
}

interface ConsumerRecord extends RegisteredConsumer {
  readonly _id: string;
  readonly kind: 'consumer';
}

/**
 * Two databases for one group would each get every event, and nobody would notice that their instances do not share the work. The same
 * database elsewhere was moved; another one at the same place was made anew: both are taken.
 *
 * @throws InvalidOptionsError that says which database the group has
 */
export async function registerConsumer(log: MongoLog, consumer: Consumer, at: Date): Promise<void> {
  while (!(await tryToRegister(log, consumer, at)));
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
  if (known.databaseId !== databaseId && known.location !== location) throw elsewhere(log, known, location);
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

function elsewhere(log: MongoLog, known: ConsumerRecord, location: string): InvalidOptionsError {
  return new InvalidOptionsError(
    'group',
    `The group "${known.group}" of the log ${log.location} has its read models in ${known.location} since ${known.registeredAt.toISOString()}, ` +
      `not in ${location}. Use that database, choose another "group", or give it up with forgetConsumer("${known.group}").`,
  );
}

function keyOf(group: string): string {
  return `consumer:${group}`;
}
