import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EVENT_TYPE, payload, streamName } from './payload.ts';

/** What a user would write without a framework: one row per event, a text key for the stream, and the same durability. */
export class PlainTable {
  readonly database: Database.Database;
  readonly #insert: Database.Statement;

  constructor(folder: string) {
    this.database = new Database(join(folder, 'plain.db'));
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = FULL');
    this.database.pragma('wal_autocheckpoint = 10000');
    this.database.exec(`CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
      at INTEGER NOT NULL, UNIQUE (stream, version))`);
    this.#insert = this.database.prepare(
      'INSERT INTO events (stream, version, type, data, at) VALUES (?, ?, ?, ?, ?)',
    );
  }

  insert(stream: string, version: number, sequence: number): void {
    this.#insert.run(stream, version, EVENT_TYPE, JSON.stringify(payload(sequence)), Date.now());
  }

  /** `count` events, in transactions of `perTransaction`, to `streams` streams in turn. */
  fill(count: number, streams: number, perTransaction: number): void {
    const insertSome = this.database.transaction((from: number, to: number) => {
      for (let i = from; i < to; i++) this.insert(streamName(i % streams), Math.floor(i / streams) + 1, i);
    });
    for (let from = 0; from < count; from += perTransaction)
      insertSome(from, Math.min(count, from + perTransaction));
  }

  close(): void {
    this.database.close();
  }
}
