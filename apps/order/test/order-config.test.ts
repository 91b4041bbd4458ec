import { expect, it } from 'vitest';
import { readOrderConfig } from '../src/config/order-config.js';

it('reads the environment, with defaults for all but the log', () => {
  expect(readOrderConfig({ VARVE_LOG_FILE: './orders.db', PATH: '/bin' })).toEqual({
    log: { sqlite: { file: './orders.db', durability: 'power-cut' } },
    host: '127.0.0.1',
    port: 3000,
    bodyLimit: 262_144,
    requestTimeout: 15_000,
    bus: {},
    publication: 'relay',
  });
});

it('says of every variable that is wrong what it is and what it must be', () => {
  const read = () =>
    readOrderConfig({ VARVE_STORE: 'papyrus', PORT: '70000', VARVE_REQUEST_TIMEOUT: 'soon' });
  expect(read).toThrow('VARVE_LOG_FILE is not set: it must say where the log is kept, e.g. ./orders.db');
  expect(read).toThrow('VARVE_STORE is "papyrus": it must be sqlite or mongodb');
  expect(read).toThrow('PORT is "70000": it must be at most 65535');
  expect(read).toThrow('VARVE_REQUEST_TIMEOUT is "soon": it must be a whole number');
});

it('takes one bus, its addresses and the way of publication', () => {
  const log = { VARVE_LOG_FILE: './orders.db' };
  expect(readOrderConfig({ ...log, VARVE_BUS: 'kafka', VARVE_KAFKA_BROKERS: 'a:1, b:2' }).bus).toEqual({
    kafka: { brokers: ['a:1', 'b:2'] },
  });
  const rocketmq = { VARVE_BUS: 'rocketmq', VARVE_PUBLICATION: 'two-phase', VARVE_ROCKETMQ_ADMIN: 'b:10911' };
  expect(readOrderConfig({ ...log, ...rocketmq })).toMatchObject({
    bus: { rocketmq: { endpoints: '127.0.0.1:8081', adminAddress: 'b:10911' } },
    publication: 'two-phase',
  });
  expect(() => readOrderConfig({ ...log, VARVE_BUS: 'pigeon' })).toThrow(
    'VARVE_BUS is "pigeon": it must be rocketmq, kafka, memory or none',
  );
});

it('takes a prefix for topics, the times of publication and the token of its log', () => {
  const log = { VARVE_LOG_FILE: './orders.db' };
  const times = { VARVE_SWEEP_AFTER: '2000', VARVE_FENCE_AFTER: '5000' };
  expect(
    readOrderConfig({ ...log, ...times, VARVE_BUS: 'memory', VARVE_TOPIC_PREFIX: 'test-' }),
  ).toMatchObject({
    bus: { memory: {}, topics: { prefix: 'test-' } },
    sweepAfter: 2_000,
    fenceAfter: 5_000,
  });
  expect(readOrderConfig({ ...log, VARVE_LOG_TOKEN: 'sixteen letters!' }).logToken).toBe('sixteen letters!');
  const read = () => readOrderConfig({ ...log, VARVE_TOPIC_PREFIX: 'a.b', VARVE_LOG_TOKEN: 'short' });
  expect(read).toThrow('VARVE_TOPIC_PREFIX is "a.b": it must be 1 to 40 letters, digits, "-" and "_"');
  expect(read).toThrow('VARVE_LOG_TOKEN cannot be used: it must have at least 16 characters');
});

it('keeps the log in MongoDB where it is told so, and then takes nothing that is about a file', () => {
  const mongodb = { VARVE_STORE: 'mongodb', VARVE_MONGODB_URI: 'mongodb://db:27017/?replicaSet=rs0' };
  expect(readOrderConfig(mongodb).log).toEqual({
    mongodb: { uri: 'mongodb://db:27017/?replicaSet=rs0', database: 'shop' },
  });
  expect(readOrderConfig({ ...mongodb, VARVE_MONGODB_DATABASE: 'east' }).log).toMatchObject({
    mongodb: { database: 'east' },
  });
  expect(() => readOrderConfig({ VARVE_STORE: 'mongodb' })).toThrow('VARVE_MONGODB_URI is not set: it must');
  const read = () =>
    readOrderConfig({ ...mongodb, VARVE_LOG_FILE: './orders.db', VARVE_DURABILITY: 'process-crash' });
  expect(read).toThrow('VARVE_LOG_FILE is "./orders.db": it must not be set where VARVE_STORE is mongodb');
  expect(read).toThrow(
    'VARVE_DURABILITY is "process-crash": it must be power-cut where VARVE_STORE is mongodb',
  );
});

it('has what publication notes beside the log, or in a file that is named', () => {
  const onBus = { VARVE_STORE: 'mongodb', VARVE_MONGODB_URI: 'mongodb://db', VARVE_BUS: 'kafka' };
  expect(readOrderConfig(onBus)).not.toHaveProperty('publicationFile');
  expect(readOrderConfig({ ...onBus, VARVE_PUBLICATION_FILE: './publication.db' })).toMatchObject({
    publicationFile: './publication.db',
  });
});
