import { setImmediate as nextTurn } from 'node:timers/promises';
import { missingCommit, PayloadTexts } from '../../adapter/payload-text.js';
import type { NewEvent } from '../../log/event.js';
import type { StreamVersion } from '../../log/positions.js';
import { assertStreamName, type StreamName } from '../../log/stream-name.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import type { Read } from './read-stream.js';

const COMMITS_PER_READ = 1_000;

interface Slice {
  readonly events: readonly NewEvent[];
  /** The version that comes next. */
  readonly next: StreamVersion;
}

/** The texts of a stream alone: each further column of a row costs a tenth of what parsing its text does. */
export async function* readPayloads(
  stream: StreamName,
  read: Read,
): AsyncGenerator<readonly NewEvent[], undefined> {
  assertStreamName(stream);
  const id = await read((log) => log.get<{ id: number }>(STREAM_ID, stream)?.id);
  if (id === undefined) return;
  const payloads = new PayloadTexts(stream);
  let next: StreamVersion = 1;
  for (;;) {
    const slice = await read((log) => nextSlice(log, { id, stream, next }, payloads));
    if (!slice) return;
    next = slice.next;
    yield slice.events;
    await nextTurn();
  }
}

interface Place {
  readonly id: number;
  readonly stream: StreamName;
  readonly next: StreamVersion;
}

function nextSlice(log: SqliteLog, at: Place, payloads: PayloadTexts): Slice | undefined {
  const { id, stream, next: from } = at;
  const texts = log.column<string | null>(TEXTS, id, from, COMMITS_PER_READ);
  if (texts.length === 0) return undefined;
  const events: NewEvent[] = [];
  let inLast = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string | null;
    inLast = payloads.addTo(events, text ?? largeText(log, id, from, i));
    // A large text ends the slice, so that one read cannot bring gigabytes.
    if (text === null) break;
  }
  const next = from + events.length;
  assertWithoutGap(log, { id, stream, next }, inLast);
  return { events, next };
}

/** The versions are counted here, so it is checked that they come to what stands in the last commit's row. */
function assertWithoutGap(log: SqliteLog, at: Place, inLast: number): void {
  const first = log.get<{ version: number }>(COMMIT_BELOW, at.id, at.next)?.version;
  if (first !== undefined && first + inLast === at.next) return;
  throw missingCommit(at.stream, at.next);
}

function largeText(log: SqliteLog, id: number, from: StreamVersion, index: number): string {
  return log.get<{ events: string }>(LARGE_TEXT, id, from, index)!.events;
}

const STREAM_ID = 'SELECT id FROM streams WHERE name = ?';
const IN_ORDER = 'FROM commits c WHERE c.stream_id = ? AND c.first_version >= ? ORDER BY c.first_version';
const TEXTS = `SELECT CASE WHEN octet_length(c.events) <= 16384 THEN c.events END ${IN_ORDER} LIMIT ?`;
const LARGE_TEXT = `SELECT c.events ${IN_ORDER} LIMIT 1 OFFSET ?`;
const COMMIT_BELOW =
  'SELECT first_version AS version FROM commits WHERE stream_id = ? AND first_version < ? ORDER BY first_version DESC LIMIT 1';
