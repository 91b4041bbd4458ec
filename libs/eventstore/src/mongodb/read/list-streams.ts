import { wholeNumber } from '../../log/check-options.js';
import type { ListStreamsOptions, StreamInfo } from '../../log/event-store.js';
import type { StreamName } from '../../log/stream-name.js';
import { inParallel } from '../append/in-parallel.js';
import { closesStream, listingKey } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { newestOf } from './head.js';

/** A stream's first commit stands for it: those alone have `listed`, whose index is the list of streams. */
export async function listStreams(
  log: MongoLog,
  options: ListStreamsOptions,
): Promise<readonly StreamInfo[]> {
  const limit = wholeNumber('limit', options.limit, { min: 1, max: 10_000, fallback: 100 });
  const names = await namesOf(log, options, limit);
  const infos = new Map<StreamName, StreamInfo>();
  await inParallel(names, async (stream) => {
    const newest = await newestOf(log, stream);
    if (newest) infos.set(stream, { stream, version: newest.lastVersion, closed: closesStream(newest) });
  });
  return names.flatMap((stream) => infos.get(stream) ?? []);
}

async function namesOf(log: MongoLog, options: ListStreamsOptions, limit: number): Promise<StreamName[]> {
  const { category, after = '' } = options;
  const beyond = { $gt: listingKey(after) };
  if (category === undefined) return find(log, [{ listed: beyond }], limit);
  if (category.includes('-')) return [];
  const key = listingKey(category);
  // "order" and all that begins with "order-" ("." comes right after "-"): two ranges of one index.
  const begin = `${key}-`;
  const range = begin > beyond.$gt ? { $gte: begin, $lt: `${key}.` } : { ...beyond, $lt: `${key}.` };
  const bare = key > beyond.$gt ? [{ listed: key }] : [];
  return find(log, [...bare, { listed: range }], limit);
}

async function find(log: MongoLog, ranges: readonly object[], limit: number): Promise<StreamName[]> {
  const names: StreamName[] = [];
  for (const range of ranges) {
    if (names.length >= limit) break;
    const most = limit - names.length;
    const cursor = log.commits.find<{ readonly stream: StreamName }>(range, {
      sort: { listed: 1 },
      projection: { _id: 0, stream: 1 },
      limit: most,
      batchSize: most + 1,
    });
    for (const { stream } of await cursor.toArray()) names.push(stream);
  }
  return names;
}
