import { MongoClient } from 'mongodb';
import { onTestFinished } from 'vitest';
import { uniqueName } from '../shared.ts';

/** A name that nobody else uses, for a database that is dropped after the test that asks for it. */
export function databaseOfTest(uri: string, prefix = 'varve-test'): string {
  const database = uniqueName(prefix);
  onTestFinished(async () => {
    await using client = new MongoClient(uri);
    await client.db(database).dropDatabase();
  });
  return database;
}
