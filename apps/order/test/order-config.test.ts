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
