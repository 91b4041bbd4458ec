import { InvalidOptionsError } from '../log/errors.js';
import type { SqliteLog } from './sqlite-log.js';

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

interface ConsumerRow {
  readonly group_name: string;
  readonly database_id: string;
  readonly location: string;
  readonly registered_at: number;
}

/**
 * Two databases for one group would each get every event, and nobody would notice that their instances do not share the work. The same
 * database elsewhere was moved; another one at the same place was made anew: both are taken.
 *
 * @throws InvalidOptionsError that says which database the group has
 */
export function registerConsumer(log: SqliteLog, consumer: Consumer, at: number): void {
  const { group, databaseId, location } = consumer;
  const known = log.get<ConsumerRow>(BY_GROUP, group);
  if (known && known.database_id !== databaseId && known.location !== location) {
    throw new InvalidOptionsError(
      'group',
      `The group "${group}" of the log ${log.location} has its read models in ${known.location} since ${new Date(known.registered_at).toISOString()}, ` +
        `not in ${location}. Use that database, choose another "group", or give it up with forgetConsumer("${group}").`,
    );
  }
  log.run(SAVE, group, databaseId, location, known?.registered_at ?? at);
}

/** `false`: nobody was registered under that name. */
export function forgetConsumer(log: SqliteLog, group: string): boolean {
  return log.statement('DELETE FROM consumers WHERE group_name = ?').run(group).changes > 0;
}

export function listConsumers(log: SqliteLog): readonly RegisteredConsumer[] {
  return log.all<ConsumerRow>('SELECT * FROM consumers ORDER BY group_name').map((row) => ({
    group: row.group_name,
    databaseId: row.database_id,
    location: row.location,
    registeredAt: new Date(row.registered_at),
  }));
}

const BY_GROUP = 'SELECT * FROM consumers WHERE group_name = ?';
const SAVE = `
  INSERT INTO consumers (group_name, database_id, location, registered_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (group_name) DO UPDATE SET database_id = excluded.database_id, location = excluded.location`;
