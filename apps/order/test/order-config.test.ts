import { expect, it } from 'vitest';
import { readOrderConfig } from '../src/config/order-config.js';

it('reads the environment, with defaults for all but the log', () => {
  expect(readOrderConfig({ VARVE_LOG_FILE: './orders.db', PATH: '/bin' })).toEqual({
    store: 'sqlite',
    logFile: './orders.db',
    durability: 'power-cut',
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
    readOrderConfig({ VARVE_STORE: 'mongodb', PORT: '70000', VARVE_REQUEST_TIMEOUT: 'soon' });
  expect(read).toThrow('VARVE_LOG_FILE is not set: it must say where the log is kept, e.g. ./orders.db');
  expect(read).toThrow('VARVE_STORE is "mongodb": it must be sqlite');
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
