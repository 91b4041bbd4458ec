import type { Collection } from 'mongodb';
import { LogDivergedError, LogIncompleteError, StoreIncompatibleError } from '../../log/errors.js';
import type { CopySource } from '../../log/movable-log.js';
import type { LogId } from '../../log/positions.js';
import { isDuplicateKey } from '../driver-errors.js';
import { NUMBERED } from './commit-document.js';
import type { Collections, MongoLog } from './mongo-log.js';

/** Documents of other parts share the collection: consumers, and who numbers next. */
export interface LogRecord {
  readonly _id: string;
  readonly [field: string]: unknown;
}

export interface IdentityRecord extends LogRecord {
  readonly logId: LogId;
  /** Of the documents' form. */
  readonly schemaVersion: number;
  readonly createdAt: Date;
  /** Of a log that is being made as a copy and is not whole yet. `before`: its id until then, as long as nobody has looked whether it is in use. */
  readonly copiedFrom?: CopySource & { readonly before?: LogId };
}

export const IDENTITY = 'log';
export const SCHEMA_VERSION = 1;

export async function findIdentity(records: Collection<LogRecord>): Promise<IdentityRecord | undefined> {
  return ((await records.findOne({ _id: IDENTITY })) as IdentityRecord | null) ?? undefined;
}

/** Makes the record of a new log; whoever comes second takes what is there. */
export async function createIdentity(
  { records, commits }: Collections,
  location: string,
): Promise<IdentityRecord> {
  if (await commits.findOne({ _id: NUMBERED }, { projection: { _id: 1 } })) {
    // Whoever appends has found the record, or made it since it was looked for.
    const made = await findIdentity(records);
    if (made) return made;
    throw new StoreIncompatibleError(
      `The log ${location} has commits, but the record with its id is gone from ${records.namespace}. Restore that collection from a backup of the same time.`,
    );
  }
  const record: IdentityRecord = {
    _id: IDENTITY,
    logId: crypto.randomUUID(),
    schemaVersion: SCHEMA_VERSION,
    createdAt: new Date(),
  };
  try {
    await records.insertOne(record);
    return record;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return (await findIdentity(records))!;
  }
}

/** @throws StoreIncompatibleError for documents of a newer version of this library */
export function assertReadable({ schemaVersion }: IdentityRecord, location: string): void {
  if (schemaVersion === SCHEMA_VERSION) return;
  throw new StoreIncompatibleError(
    `The log ${location} has documents of version ${String(schemaVersion)}; this library knows version ${SCHEMA_VERSION}. Upgrade @varve/eventstore.`,
  );
}

/** @throws LogIncompleteError the log is being made as a copy of another one */
export function assertComplete({ copiedFrom }: IdentityRecord, location: string): void {
  if (copiedFrom) throw new LogIncompleteError(location, copiedFrom.location);
}

/** @throws LogDivergedError when the log was restored or replaced since it was opened */
export async function assertSameLog(log: MongoLog): Promise<IdentityRecord> {
  const record = await findIdentity(log.records);
  if (record?.logId === log.logId) return record;
  throw divergedLog(log, record ? `its id is ${record.logId} now` : 'the record with its id is gone');
}

export function divergedLog(log: MongoLog, what: string): LogDivergedError {
  return new LogDivergedError(
    log.logId,
    `The log ${log.location} is not the one any more that was opened as ${log.logId}: ${what}. Nothing more is read from it or ` +
      'appended to it. Stop every process that uses it; if it was restored from a backup, run "varve log restored"; then start again.',
  );
}
