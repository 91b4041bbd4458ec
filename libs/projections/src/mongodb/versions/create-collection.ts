import { isDeepStrictEqual } from 'node:util';
import { codeOf } from '@varve/eventstore/mongodb';
import type { CreateCollectionOptions, Db } from 'mongodb';

const NAMESPACE_EXISTS = 48;

/** One that is there with the same options was made by another instance, or by one that did not come to its end. */
export async function createCollection(
  database: Db,
  name: string,
  options: CreateCollectionOptions,
): Promise<void> {
  try {
    await database.createCollection(name, options);
  } catch (error) {
    if (codeOf(error) !== NAMESPACE_EXISTS) throw error;
    const [found] = await database.listCollections({ name }).toArray();
    const existing: Readonly<Record<string, unknown>> = {
      ...(found && 'options' in found ? found.options : {}),
    };
    const differs = Object.entries(options).some(
      ([option, value]) => !isDeepStrictEqual(plain(existing[option]), plain(value)),
    );
    if (differs)
      throw new Error(`Collection "${name}" is there already, with other options.`, { cause: error });
  }
}

/** Without what the driver's classes add. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
