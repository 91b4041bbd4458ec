import { assertSameDatabase } from '../../adapter/consumer.js';
import type { Consumer, RegisteredConsumer } from '../../log/consumer.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

interface ConsumerRow {
  readonly group_name: string;
  readonly database_id: string;
  readonly location: string;
  readonly registered_at: number;
}

/** @throws InvalidOptionsError that says which database the group has */
export function registerConsumer(log: SqliteLog, consumer: Consumer, at: number): void {
  const { group, databaseId, location } = consumer;
  const known = log.get<ConsumerRow>(BY_GROUP, group);
  if (known) assertSameDatabase(log.location, consumerOf(known), consumer);
  log.run(SAVE, group, databaseId, location, known?.registered_at ?? at);
}

/** Those of a log that this one is a copy of, as they were registered there. */
export function putConsumers(log: SqliteLog, consumers: readonly RegisteredConsumer[]): void {
  for (const { group, databaseId, location, registeredAt } of consumers) {
    log.run(SAVE, group, databaseId, location, registeredAt.getTime());
  }
}

/** `false`: nobody was registered under that name. */
export function forgetConsumer(log: SqliteLog, group: string): boolean {
  return log.statement('DELETE FROM consumers WHERE group_name = ?').run(group).changes > 0;
}

export function listConsumers(log: SqliteLog): readonly RegisteredConsumer[] {
  return log.all<ConsumerRow>('SELECT * FROM consumers ORDER BY group_name').map(consumerOf);
}

function consumerOf(row: ConsumerRow): RegisteredConsumer {
  return {
    group: row.group_name,
    databaseId: row.database_id,
    location: row.location,
    registeredAt: new Date(row.registered_at),
  };
}

const BY_GROUP = 'SELECT * FROM consumers WHERE group_name = ?';
const SAVE = `
  INSERT INTO consumers (group_name, database_id, location, registered_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (group_name) DO UPDATE SET database_id = excluded.database_id, location = excluded.location`;
