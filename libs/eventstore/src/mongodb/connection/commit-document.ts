import { UUID } from 'mongodb';
import { decodeEvents } from '../../log/commit-text.js';
import type { Commit, CommitHeader } from '../../log/commit.js';
import { STREAM_CLOSED } from '../../log/event.js';
import type { Position, StreamVersion } from '../../log/positions.js';
import { categoryOf, type StreamName } from '../../log/stream-name.js';

/** A commit without its events. */
export interface HeaderDocument {
  readonly _id: Position;
  readonly stream: StreamName;
  readonly category: string;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  /** The caller's, a text; or one made here, a UUID: every commit has one before it is sent, so that its outcome can be asked for. */
  readonly commitId: CommitId;
  readonly at: Date;
  /** The types of its events, each once: for filters, and for tools. */
  readonly types: readonly string[];
  /** Only on a stream's first commit: `listingKey` of its name. */
  readonly listed?: string;
}

export interface CommitDocument extends HeaderDocument {
  /** The events as one JSON text: no limit of BSON on keys, depth or numbers touches what is recorded. */
  readonly events: string;
}

/** Takes a commit id for good. Its `_id` sorts after all numbers, and its `stream` is no name that a stream can have. */
export interface FenceDocument {
  readonly _id: string;
  readonly commitId: string;
  readonly stream: null;
  readonly firstVersion: string;
  readonly at: Date;
  /** Marks of seals that it was there before. */
  readonly kept?: readonly string[];
}

/**
 * Ends the log: it takes the position that every writer tries for next, so no append gets past it. Its `firstVersion` is one that neither a
 * commit nor a fence has, so there is one seal at most.
 */
export interface SealDocument {
  /** One beyond the newest commit. */
  readonly _id: Position;
  readonly stream: null;
  readonly firstVersion: 0;
  readonly commitId: UUID;
  readonly at: Date;
  readonly movedTo?: string;
  readonly handedTo?: string;
  /** The mark that the fences from before the seal have; set when all have it. */
  readonly fenceMark?: string;
}

export type LogDocument = CommitDocument | FenceDocument;

/** What a query over commits and fences may ask for. */
export type StoredFields = {
  readonly [
    Field in Exclude<keyof CommitDocument, 'stream' | '_id' | 'firstVersion'>
  ]?: CommitDocument[Field];
} & {
  readonly _id: Position | string;
  readonly stream: StreamName | null;
  readonly firstVersion: StreamVersion | string;
  readonly movedTo?: string;
  readonly handedTo?: string;
  readonly fenceMark?: string;
  readonly kept?: readonly string[];
};

export type CommitId = string | UUID;

/** Fences have texts there; a filter on numbers leaves them out. A seal is a number, the last one. */
export const NUMBERED = { $gt: 0 };

/** What a header needs: everything but the events. */
export const HEADERS = { events: 0 } as const;

export function isFence(document: LogDocument | HeaderDocument): document is FenceDocument {
  return document.stream === null;
}

export function isSeal(document: {
  readonly _id: unknown;
  readonly stream: unknown;
}): document is SealDocument {
  return document.stream === null && typeof document._id === 'number';
}

/** What a walk over the positions has brought, without the seal at its end. */
export function withoutSeal<T extends { readonly _id: unknown; readonly stream: unknown }>(
  documents: T[],
): T[] {
  const last = documents.at(-1);
  if (last && isSeal(last)) documents.pop();
  return documents;
}

export function closesStream({ types }: Pick<HeaderDocument, 'types'>): boolean {
  return types[0] === STREAM_CLOSED;
}

export function headerOf(document: HeaderDocument): CommitHeader {
  const { _id: position, stream, firstVersion, lastVersion, commitId, at } = document;
  return typeof commitId === 'string'
    ? { position, stream, firstVersion, lastVersion, at, commitId }
    : { position, stream, firstVersion, lastVersion, at };
}

export function commitOf(document: CommitDocument): Commit {
  const header = headerOf(document);
  return { ...header, events: decodeEvents(document.events, header) };
}

/** The fields that follow from a stream's name and a version. */
export function placeOf(
  stream: StreamName,
  firstVersion: StreamVersion,
): Pick<HeaderDocument, 'stream' | 'category' | 'firstVersion' | 'listed'> {
  const place = { stream, category: categoryOf(stream), firstVersion };
  return firstVersion === 1 ? { ...place, listed: listingKey(stream) } : place;
}

/**
 * A name's UTF-8 bytes as one character each. Its order is the order of those bytes wherever texts are compared, by code point, by UTF-16
 * unit (as some servers do) or by byte, and a name in ASCII is its own key.
 */
export function listingKey(stream: string): string {
  return Buffer.from(stream).toString('latin1');
}

/** For a commit whose caller has given none. It begins with the time (UUID version 7), so that the index of ids grows at its end. */
export function ownCommitId(now: number): UUID {
  const bytes = crypto.getRandomValues(Buffer.alloc(16));
  bytes.writeUIntBE(Math.max(0, Math.min(now, 2 ** 48 - 1)), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return new UUID(bytes);
}

/** Tells commit ids apart in a Map. */
export function keyOf(commitId: CommitId): string {
  return typeof commitId === 'string' ? `text:${commitId}` : `uuid:${commitId.toHexString()}`;
}
