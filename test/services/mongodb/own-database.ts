import { MongoClient } from 'mongodb';
import { afterAll } from 'vitest';
import { uniqueName } from '../shared.ts';

/** A name that no other test file uses, for a database that is dropped after the suite (or test file) which asks for it. */
export function ownDatabase(uri: string, prefix = 'varve-test'): string {
  const database = uniqueName(prefix);
  afterAll(async () => {
    const client = new MongoClient(uri);
    await client.db(database).dropDatabase();
    await client.close();
  });
  return database;
}
