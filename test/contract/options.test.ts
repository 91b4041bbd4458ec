import { HttpLogReader } from '@varve/bus';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { MemoryMessageBus } from '@varve/bus/memory';
import { MongoPublicationStore } from '@varve/bus/mongodb';
import { BusModule, LogEndpointModule, Subscriber } from '@varve/bus/nest';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { Aggregate, AggregateRoot, ContextModule, EventStoreModule } from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { MongoReadModels, MongoWatermarkReadModels } from '@varve/projections/mongodb';
import { Projection, ProjectionsModule, Reactor } from '@varve/projections/nest';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { describe, expect, test } from 'vitest';

interface Taking {
  /** With which it works, or fails for want of a server alone. */
  readonly good: object;
  /** The options that it has. */
  readonly names: readonly string[];
  take(options: never): unknown;
}

const file = ':memory:';
/** Nobody listens there: what is found to be right ends with `store-unavailable`. */
const mongodb = { uri: 'mongodb://127.0.0.1:1', database: 'shop', commandTimeout: 50 };
const place = ['uri', 'client', 'database', 'collectionPrefix', 'create', 'commandTimeout'];
const times = ['clock', 'timers', 'random'];
const useFactory = () => ({});
const asynchronous = ['name', 'imports', 'inject', 'useFactory'];

/** Every place where options are given. */
const takers: Readonly<Record<string, Taking>> = {
  'SqliteEventStore.open': {
    good: { file },
    names: ['file', 'durability', 'readOnly', 'create', 'busyTimeout', 'clock', 'logger'],
    take: closing((options: never) => SqliteEventStore.open(options)),
  },
  'SqliteReadModels.open': {
    good: { file },
    names: ['file', 'create', 'busyTimeout', 'clock'],
    take: closing((options: never) => SqliteReadModels.open(options)),
  },
  'SqlitePublicationStore.open': {
    good: { file },
    names: ['file', 'create', 'busyTimeout'],
    take: closing((options: never) => SqlitePublicationStore.open(options)),
  },
  'MongoEventStore.connect': {
    good: mongodb,
    names: [...place, ...times, 'numberingLease', 'tailReads', 'appendTimeout', 'logger'],
    take: closing((options: never) => MongoEventStore.connect(options)),
  },
  'MongoReadModels.connect': {
    good: mongodb,
    names: [...place, ...times, 'mode', 'conflictTimeout', 'transactionLimit'],
    take: closing((options: never) => MongoReadModels.connect(options)),
  },
  'MongoWatermarkReadModels.connect': {
    good: mongodb,
    names: [...place, ...times, 'mode', 'conflictTimeout', 'transactionLimit'],
    take: closing((options: never) => MongoWatermarkReadModels.connect(options)),
  },
  'MongoPublicationStore.connect': {
    good: mongodb,
    names: [...place, 'logger'],
    take: closing((options: never) => MongoPublicationStore.connect(options)),
  },
  KafkaMessageBus: {
    good: { brokers: ['127.0.0.1:1'] },
    names: [
      ...['brokers', 'clientId', 'sasl', 'tls', 'mode', 'maxBytes', 'connectTimeout', 'publishTimeout'],
      ...['sessionTimeout', 'drainTimeout', 'partitions', 'replicationFactor', 'delay', ...times],
    ],
    take: closing((options: never) => new KafkaMessageBus(options)),
  },
  RocketMqMessageBus: {
    good: { endpoints: '127.0.0.1:1' },
    names: [
      ...['endpoints', 'topics', 'credentials', 'tls', 'connectTimeout', 'requestTimeout', 'pollDuration'],
      ...['invisibleDuration', 'maxBytes', 'publishConcurrency', 'orderedFetches', 'adminAddress'],
      ...['adminTls', 'timers', 'random'],
    ],
    take: closing((options: never) => new RocketMqMessageBus(options)),
  },
  MemoryMessageBus: {
    good: {},
    names: [
      ...['createTopics', 'retained', 'transactions', 'chaos', 'timers', 'now', 'broker', 'maxBytes'],
      'random',
    ],
    take: closing((options: never) => new MemoryMessageBus(options)),
  },
  HttpLogReader: {
    good: { url: 'http://127.0.0.1:1/varve/log' },
    names: ['url', 'token', 'timeout', 'retries', 'longPoll', 'maxAnswerBytes', 'fetch', 'timers'],
    take: (options) => new HttpLogReader(options),
  },
  'EventStoreModule.forRoot': {
    good: { sqlite: { file } },
    names: [
      ...['name', 'sqlite', 'mongodb', 'store', 'snapshotStore', 'events', 'publishInProcess', 'upcasters'],
      ...['dropped', 'validateOnRead'],
    ],
    take: (options) => EventStoreModule.forRoot(options),
  },
  'EventStoreModule.forRootAsync': {
    good: { useFactory },
    names: asynchronous,
    take: (options) => EventStoreModule.forRootAsync(options),
  },
  'ProjectionsModule.forRoot': {
    good: { sqlite: { file } },
    names: [
      ...['name', 'log', 'bus', 'sqlite', 'mongodb', 'readModels', 'reader', 'registry', 'feed', 'start'],
      ...['group', 'leaseDuration', 'failurePolicy'],
    ],
    take: (options) => ProjectionsModule.forRoot(options),
  },
  'ProjectionsModule.forRootAsync': {
    good: { useFactory },
    names: [...asynchronous, 'log', 'bus'],
    take: (options) => ProjectionsModule.forRootAsync(options),
  },
  'BusModule.forRoot': {
    good: { memory: {} },
    names: [
      ...['name', 'log', 'bus', 'rocketmq', 'kafka', 'memory', 'topics', 'groupPrefix', 'publication'],
      ...['logs', 'start'],
    ],
    take: (options) => BusModule.forRoot(options),
  },
  'BusModule.forRootAsync': {
    good: { useFactory },
    names: [...asynchronous, 'log'],
    take: (options) => BusModule.forRootAsync(options),
  },
  'LogEndpointModule.forRoot': {
    good: { token: 'secret' },
    names: ['store', 'path', 'token', 'guard', 'public'],
    take: (options) => LogEndpointModule.forRoot(options),
  },
  'ContextModule.forRoot': {
    good: {},
    names: ['actor', 'values', 'message', 'newCorrelationId'],
    take: (options) => ContextModule.forRoot(options),
  },
  '@Subscriber': {
    good: { group: 'mail', topics: ['order'] },
    names: ['group', 'topics', 'categories', 'bus', 'order', 'maxInFlight', 'retry', 'startFrom', 'onPoison'],
    take: (options) => Subscriber(options),
  },
  '@Projection': {
    good: { name: 'orders', version: 1, order: 'stream' },
    names: ['name', 'version', 'order', 'categories', 'failurePolicy'],
    take: (options) => Projection(options),
  },
  '@Reactor': {
    good: { name: 'mail' },
    names: ['name', 'categories', 'failurePolicy', 'startFrom'],
    take: (options) => Reactor(options),
  },
  '@Aggregate': {
    good: { category: 'order' },
    names: ['category', 'snapshots', 'revision'],
    take: (options) => Aggregate(options)(class extends AggregateRoot {}),
  },
};

const NONSENSE = [
  null,
  '',
  Number.NaN,
  -1,
  '5',
  0.5,
  {},
  [],
  true,
  () => undefined,
  10n,
  Symbol('odd'),
  [10n],
];

describe.each(Object.entries(takers))('%s', (_of, { good, names, take }) => {
  test('takes what is right', async () => {
    expect(await refusal(() => take(good as never))).toBeUndefined();
  });

  test.each([undefined, null, 5, 'mongodb://shop:secret@db', [], true])(
    'refuses %j in the place of its options, and repeats no secret',
    async (given) => {
      const refused = await refusal(() => take(given as never));
      if (given === undefined && refused === undefined) return;
      expect(refused).toMatchObject({ code: 'invalid-options', option: expect.any(String) as string });
      expect(String(refused)).not.toContain('secret');
    },
  );

  test('refuses an option that there is not, by its name', async () => {
    const refused = await refusal(() => take({ ...good, tpyo: 1 } as never));
    expect(refused).toMatchObject({ code: 'invalid-options', option: 'tpyo' });
    expect(refused?.message).toMatch(/"tpyo" of .* is unknown. Known are /);
  });

  test('refuses nonsense by the name of the option, or can do with it', async () => {
    for (const name of names) {
      for (const value of NONSENSE) {
        if (isFileName(name, value) || isFunction(name, value)) continue;
        const refused = await refusal(() => take({ ...good, [name]: value } as never));
        if (refused === undefined) continue;
        expect(refused, `${name}: ${typeof value}`).toMatchObject({ code: 'invalid-options' });
      }
    }
  });
});

test.each([
  () => EventStoreModule.forRoot({ mongodb: 'mongodb://shop:secret@db' as never }),
  () => ProjectionsModule.forRoot({ mongodb: 'mongodb://shop:secret@db' as never }),
  () => BusModule.forRoot({ kafka: 'kafka://shop:secret@broker' as never }),
])('an address in the place of an object is refused without its password: %o', async (give) => {
  const refused = await refusal(give);
  expect(refused).toMatchObject({ code: 'invalid-options' });
  expect(refused?.message).not.toContain('secret');
});

/** It would be made. */
function isFileName(name: string, value: unknown): boolean {
  return name === 'file' && typeof value === 'string' && value !== '';
}

/** What an application's own function gives is its own affair. */
function isFunction(name: string, value: unknown): boolean {
  return ['clock', 'now', 'random', 'fetch'].includes(name) && typeof value === 'function';
}

/** What is opened is closed again. */
function closing(open: (options: never) => unknown): Taking['take'] {
  return async (options) => {
    const opened = (await open(options)) as { close(): Promise<void> };
    await opened.close();
  };
}

/** What was thrown, unless the server alone is missing. */
async function refusal(attempt: () => unknown): Promise<(Error & { readonly code?: string }) | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    const { code = '' } = error as { readonly code?: string };
    return /-unavailable$/.test(code) ? undefined : (error as Error);
  }
}
