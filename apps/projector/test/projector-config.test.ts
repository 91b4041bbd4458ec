import { expect, it } from 'vitest';
import { readProjectorConfig } from '../src/config/projector-config.js';

const READ_MODELS = { VARVE_READ_MODELS_FILE: './read-models.db' };
const ELSEWHERE = { VARVE_LOG_URL: 'http://orders:3000/log', VARVE_LOG_TOKEN: 'sesame' };

it('follows a log in a file', () => {
  expect(readProjectorConfig({ ...READ_MODELS, VARVE_LOG_FILE: './orders.db' })).toEqual({
    log: { file: './orders.db' },
    bus: {},
    readModelsFile: './read-models.db',
    leaseDuration: 5_000,
    ordersVersion: 1,
    host: '127.0.0.1',
    port: 3001,
    requestTimeout: 15_000,
  });
});

it('follows a log in another service, and takes what a bus brings', () => {
  const bus = { VARVE_BUS: 'kafka', VARVE_KAFKA_BROKERS: 'k:9092', VARVE_TOPIC_PREFIX: 'east-' };
  expect(readProjectorConfig({ ...READ_MODELS, ...ELSEWHERE, ...bus })).toMatchObject({
    log: { url: 'http://orders:3000/log', token: 'sesame' },
    bus: { kafka: { brokers: ['k:9092'] }, topics: { prefix: 'east-' } },
  });
});

it('follows exactly one log', () => {
  const read = (variables: object) => () => readProjectorConfig({ ...READ_MODELS, ...variables });
  expect(read({})).toThrow('Neither VARVE_LOG_FILE nor VARVE_LOG_URL is set');
  expect(read({ ...ELSEWHERE, VARVE_LOG_FILE: './orders.db' })).toThrow(
    'VARVE_LOG_FILE and VARVE_LOG_URL are both set: give one of them',
  );
  expect(read({ VARVE_LOG_URL: 'http://orders/log' })).toThrow(
    'VARVE_LOG_TOKEN is not set: it must be the token of the order service',
  );
  expect(read({ VARVE_LOG_URL: 'orders', VARVE_LOG_TOKEN: 'sesame' })).toThrow(
    'VARVE_LOG_URL is "orders": it must be an address such as http://orders:3000/log',
  );
});
