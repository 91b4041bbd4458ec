import { decodeEvents } from '../../log/commit-text.js';
import {
  MAX_BATCH_SIZE,
  type LogBatch,
  type ReadAllOptions,
  type ReadStreamOptions,
} from '../../log/event-store.js';
import type { RecordedEvent } from '../../log/event.js';
import type { Position } from '../../log/positions.js';
import { categoryOf, type StreamName } from '../../log/stream-name.js';
import { assertFilter, wholeNumber } from '../../log/check-options.js';
import { commitOf, headerOf, type MemoryLog, type StoredCommit } from './memory-log.js';

const ALL = { min: 1, fallback: Number.MAX_SAFE_INTEGER };

export function* eventsOf(
  log: MemoryLog,
  stream: StreamName,
  options: ReadStreamOptions,
): Iterable<RecordedEvent> {
  const backward = options.direction === 'backward';
  const from = wholeNumber('from', options.from, { min: 1, fallback: backward ? ALL.fallback : 1 });
  let left = wholeNumber('limit', options.limit, ALL);
  const commits = [...(log.streams.get(stream) ?? [])];
  for (const commit of backward ? commits.reverse() : commits) {
    if (backward ? commit.firstVersion > from : commit.lastVersion < from) continue;
    const events = decodeEvents(commit.text, headerOf(commit));
    for (const event of backward ? events.reverse() : events) {
      if (backward ? event.version > from : event.version < from) continue;
      yield event;
      left -= 1;
      if (left === 0) return;
    }
  }
}

export function* batchesOf(log: MemoryLog, after: Position, options: ReadAllOptions): Iterable<LogBatch> {
  assertFilter(options);
  const size = wholeNumber('batchSize', options.batchSize, { min: 1, max: MAX_BATCH_SIZE, fallback: 500 });
  let position = wholeNumber('after', after, { min: 0, fallback: 0 });
  while (position < log.commits.length && !options.signal?.aborted) {
    const looked = log.commits.slice(position, position + size);
    position += looked.length;
    yield { commits: looked.filter((commit) => isWanted(commit, options)).map(commitOf), upTo: position };
  }
}

function isWanted(commit: StoredCommit, { categories, types }: ReadAllOptions): boolean {
  if (categories && !categories.includes(categoryOf(commit.stream))) return false;
  return !types || types.some((type) => commit.types.has(type));
}
