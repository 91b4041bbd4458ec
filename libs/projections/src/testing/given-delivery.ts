import type { NewEvent, StreamName } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { catchUp } from '../projection/catch-up.js';
import { projectionProcessor } from '../projection/make-processor.js';
import { processingOf } from '../projection/processing-options.js';
import type { Projection } from '../projection/projection.js';
import type { ReadModels } from '../projection/read-models.js';
import type { VersionId } from '../projection/version-id.js';
import { rollingBack } from './rolling-back.js';
import type { GivenProjectionOptions } from './given-projection.js';

export interface GivenCommit {
  readonly stream: StreamName;
  readonly events: readonly NewEvent[];
}

export interface Delivery {
  readonly commits: readonly GivenCommit[];
  readonly order: 'as given' | 'stream by stream' | 'streams reversed';
  /** The most commits in one transaction. */
  readonly batchSize: number;
  readonly times: number;
}

type Rows = Record<string, object[]>;

/** The time of the first commit; each comes a second later. */
const FIRST_AT = Date.UTC(2024, 0, 1);

/** Brings the events through a log and a processor into read models of their own. */
export async function deliver<Tx>(
  projection: Projection<Tx>,
  options: GivenProjectionOptions<Tx>,
  delivery: Delivery,
): Promise<Rows> {
  const log = new InMemoryEventStore();
  const readModels = await openReadModels(options);
  try {
    for (const { stream, events, at } of inOrder(delivery)) await log.append(stream, 'any', events, { at });
    const version = await readModels.createVersion(projection, log.logId, 'first');
    const processing = processingOf({
      log,
      readModels: rollingBack(readModels, delivery.times),
      batch: { initial: delivery.batchSize, max: delivery.batchSize },
      failurePolicy: { retries: 0 },
      ...(options.registry && { registry: options.registry }),
    });
    const processor = projectionProcessor(projection, version, processing, { onEvent: () => undefined });
    await catchUp(processor, await log.head(), processing);
    return await rowsOf(readModels, version);
  } finally {
    await readModels.close();
    await log.close();
  }
}

/** Each commit keeps its time, wherever it comes in the log. */
function inOrder({ commits, order }: Delivery): (GivenCommit & { at: Date })[] {
  const timed = commits.map((commit, index) => ({ ...commit, at: new Date(FIRST_AT + index * 1000) }));
  if (order === 'as given') return timed;
  const streams = [...new Set(commits.map(({ stream }) => stream))];
  if (order === 'streams reversed') streams.reverse();
  return streams.flatMap((stream) => timed.filter((commit) => commit.stream === stream));
}

/** The driver is loaded only by those who use it. */
async function openReadModels<Tx>({ readModels }: GivenProjectionOptions<Tx>): Promise<ReadModels<Tx>> {
  if (readModels) return readModels();
  const { SqliteReadModels } = await import('../sqlite/sqlite-read-models.js');
  const inMemory: unknown = await SqliteReadModels.open({ file: ':memory:' });
  return inMemory as ReadModels<Tx>;
}

async function rowsOf<Tx>(readModels: ReadModels<Tx>, version: VersionId): Promise<Rows> {
  const rows: Rows = {};
  const snapshot = await readModels.openSnapshot();
  try {
    for await (const { table, row } of snapshot.readRows(version)) (rows[table] ??= []).push({ ...row });
  } finally {
    await snapshot.close();
  }
  return rows;
}
