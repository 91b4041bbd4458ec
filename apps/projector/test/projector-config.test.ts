import { expect, it } from 'vitest';
import { readProjectorConfig } from '../src/config/projector-config.js';

const READ_MODELS = { VARVE_READ_MODELS_FILE: './read-models.db' };
const ELSEWHERE = { VARVE_LOG_URL: 'http://orders:3000/log', VARVE_LOG_TOKEN: 'sesame' };

it('follows a log in a file', () => {
  expect(readProjectorConfig({ ...READ_MODELS, VARVE_LOG_FILE: './orders.db' })).toEqual({
    log: { sqlite: { file: './orders.db' } },
    bus: {},
    readModels: { sqlite: { file: './read-models.db' } },
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
  expect(read({ VARVE_LOG_FILE: ':memory:' })).toThrow(
    'VARVE_LOG_FILE is ":memory:": it must be the file of the order service',
  );
});

const MONGODB = { VARVE_STORE: 'mongodb', VARVE_MONGODB_URI: 'mongodb://db:27017/?replicaSet=rs0' };
const PLACE = { mongodb: { uri: MONGODB.VARVE_MONGODB_URI, database: 'shop' } };
const FILES = { VARVE_LOG_FILE: './orders.db', ...READ_MODELS };

it('has log and read models in one kind of database, unless it is told otherwise', () => {
  const placesOf = (variables: Readonly<Record<string, string>>) => {
    const { log, readModels } = readProjectorConfig(variables);
    return { log, readModels };
  };
  expect(placesOf(MONGODB)).toEqual({ log: PLACE, readModels: PLACE });
  expect(placesOf({ ...MONGODB, ...READ_MODELS, VARVE_READ_MODELS: 'sqlite' })).toEqual({
    log: PLACE,
    readModels: { sqlite: { file: './read-models.db' } },
  });
  const { VARVE_MONGODB_URI } = MONGODB;
  const reverse = { VARVE_LOG_FILE: './orders.db', VARVE_READ_MODELS: 'mongodb', VARVE_MONGODB_URI };
  expect(placesOf(reverse)).toEqual({ log: { sqlite: { file: './orders.db' } }, readModels: PLACE });
  expect(placesOf({ ...MONGODB, ...ELSEWHERE })).toMatchObject({
    log: { url: ELSEWHERE.VARVE_LOG_URL },
    readModels: PLACE,
  });
});

it.each([
  [{ ...FILES, VARVE_STORE: 'papyrus' }, 'VARVE_STORE is "papyrus": it must be sqlite or mongodb'],
  [
    { ...FILES, VARVE_READ_MODELS: 'papyrus' },
    'VARVE_READ_MODELS is "papyrus": it must be sqlite or mongodb',
  ],
  [{ VARVE_LOG_FILE: './orders.db' }, 'VARVE_READ_MODELS_FILE is not set: it must say where'],
  [{ VARVE_STORE: 'mongodb' }, 'VARVE_MONGODB_URI is not set: it must say where MongoDB is'],
  [{ ...MONGODB, ...FILES }, 'VARVE_LOG_FILE is set and VARVE_STORE is mongodb: leave one of them out'],
  [{ ...MONGODB, ...READ_MODELS }, 'leave it out, or set VARVE_READ_MODELS=sqlite'],
])('refuses what contradicts itself, or is not told: %j', (variables, message) => {
  expect(() => readProjectorConfig(variables)).toThrow(message);
});
