import { join } from 'node:path';
import { Relay, topicNaming, twoPhaseEventStore, TwoPhasePublisher, type MessageBus } from '@varve/bus';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import type { EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { Projector, type Projection, type ProjectorEvent } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { until } from '../../support/until.ts';
import { countingProjection } from '../rebuilding.ts';

export interface PipelineOptions {
  readonly folder: string;
  /** Makes a bus; each side has its own, as in two services. */
  readonly bus: () => MessageBus;
  readonly topic: string;
  readonly group: string;
  readonly mode: 'relay' | 'two-phase';
  /** How far the walk along the log stays behind, in milliseconds. */
  readonly walkBehind?: number;
  readonly projection?: Projection<SqliteTransaction>;
  readonly onEvent?: (event: ProjectorEvent) => void;
}

export interface Pipeline {
  readonly orders: EventStore;
  readonly relay: Relay;
  readonly projector: Projector<SqliteTransaction>;
  close(): Promise<void>;
}

/** All of it: log, publication, broker, sequencer, read model; each on disk where it has a file. */
export async function openPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { folder, topic, group, mode, onEvent } = options;
  const log = await SqliteEventStore.open({ file: join(folder, 'log.db') });
  const store = await SqlitePublicationStore.open({ file: join(folder, 'publication') });
  const readModels = await SqliteReadModels.open({ file: join(folder, 'read-models.db') });
  const [publishing, consuming] = [options.bus(), options.bus()];
  const topics = topicNaming({ topics: { order: topic } });
  const shared = { bus: publishing, log, store, topics, categories: { order: mode } };
  const publisher = mode === 'two-phase' ? new TwoPhasePublisher(shared) : undefined;
  await publisher?.start();
  const relay = new Relay({ ...shared, owner: 'bench' });
  relay.start();
  const projector = new Projector({
    log,
    readModels,
    projections: [options.projection ?? { ...countingProjection(), categories: ['order'] }],
    group,
    feed: {
      bus: consuming,
      topics: [topic],
      groupPrefix: `${group}-`,
      startFrom: 'earliest',
      walkBehind: options.walkBehind ?? 10_000,
    },
    ...(onEvent && { onEvent }),
  });
  await projector.start();
  await until(() => isFed(projector), { timeout: 30_000, what: 'the subscription' });
  const orders = publisher ? twoPhaseEventStore(log, publisher) : log;
  return {
    orders,
    relay,
    projector,
    close: async () => {
      await relay.stop();
      await projector.stop();
      await publisher?.close();
      await Promise.all([publishing.close(), consuming.close()]);
      await log.close();
      await store.close();
      await readModels.close();
    },
  };
}

async function isFed(projector: Projector<SqliteTransaction>): Promise<boolean> {
  const { projections } = await projector.status();
  return projections[0]?.live?.here?.feed?.state === 'running';
}
