import type { Collection, IndexDescriptionInfo } from 'mongodb';
import { StoreIncompatibleError } from '../../log/errors.js';
import { codeOf } from '../driver-errors.js';
import type { Collections } from './mongo-log.js';

interface NeededIndex {
  readonly name: string;
  readonly key: Readonly<Record<string, 1>>;
  readonly unique?: true;
  readonly sparse?: true;
}

/** Each of the unique ones decides a race: without it two writers would both be told that they have won. */
export const OF_COMMITS: readonly NeededIndex[] = [
  { name: 'stream_version', key: { stream: 1, firstVersion: 1 }, unique: true },
  { name: 'commit_id', key: { commitId: 1 }, unique: true },
  { name: 'listed', key: { listed: 1 }, sparse: true },
];
const OF_SNAPSHOTS: readonly NeededIndex[] = [{ name: 'stream', key: { stream: 1 } }];

/** Makes the indexes that are missing; on a large log that takes a while, and appends go on meanwhile. */
export async function ensureIndexes({ commits, snapshots }: Collections): Promise<void> {
  await createMissing(commits, OF_COMMITS);
  await createMissing(snapshots, OF_SNAPSHOTS);
}

/** @throws StoreIncompatibleError that names what is missing */
export async function assertIndexes({ commits }: Collections, location: string): Promise<void> {
  const problems = await problemsOfIndexes(commits);
  if (problems.length === 0) return;
  throw new StoreIncompatibleError(
    `The log ${location} is not safe to use: ${problems.join(' ')} Stop its writers, call MongoEventStore.ensureIndexes(…), and verify() the log.`,
  );
}

/** A sentence for each index that is missing or is not what it must be. */
export async function problemsOfIndexes(commits: Collections['commits']): Promise<string[]> {
  const found = await indexesOf(commits);
  return OF_COMMITS.flatMap((needed) => {
    const same = found.filter((one) => hasKey(one, needed));
    if (same.length === 0) return [`The index "${needed.name}" on ${keyText(needed)} is missing.`];
    if (!needed.unique || same.some(isWholeAndUnique)) return [];
    return [`The index on ${keyText(needed)} is not unique over the whole collection.`];
  });
}

async function createMissing<T extends object>(
  collection: Collection<T>,
  needed: readonly NeededIndex[],
): Promise<void> {
  const found = await indexesOf(collection);
  for (const { key, ...options } of needed) {
    if (!found.some((one) => hasKey(one, { key }))) await collection.createIndex(key, options, {});
  }
}

async function indexesOf<T extends object>(collection: Collection<T>): Promise<IndexDescriptionInfo[]> {
  try {
    return (await collection.listIndexes().toArray()) as IndexDescriptionInfo[];
  } catch (error) {
    // The collection does not exist yet.
    if (codeOf(error) === 26) return [];
    throw error;
  }
}

function hasKey({ key }: { key: object }, needed: Pick<NeededIndex, 'key'>): boolean {
  return JSON.stringify(Object.entries(key)) === JSON.stringify(Object.entries(needed.key));
}

/** A partial or hidden-by-collation index lets through what it does not cover. */
function isWholeAndUnique({ unique, partialFilterExpression, collation }: IndexDescriptionInfo): boolean {
  return unique === true && partialFilterExpression === undefined && collation === undefined;
}

function keyText({ key }: NeededIndex): string {
  return `(${Object.keys(key).join(', ')})`;
}
