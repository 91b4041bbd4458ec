import {
  ConfigError,
  mongodbVariables,
  mongoPlaceOf,
  placeOf,
  readEnvironment,
  serverVariables,
  whyNotStarted,
} from '@varve/http/config';
import { expect, it } from 'vitest';
import { z } from 'zod';

const schema = z.object(serverVariables({ defaultPort: 3000 }));

it('every variable of a server has a default', () => {
  expect(readEnvironment(schema, {})).toEqual({
    HOST: '127.0.0.1',
    PORT: 3000,
    VARVE_REQUEST_TIMEOUT: 15_000,
  });
});

it.each(['', ' ', '-1', '1.5', '1e3', '0x10', '65536', '9'.repeat(13)])('PORT is not %j', (PORT) => {
  expect(() => readEnvironment(schema, { PORT })).toThrow(ConfigError);
});

it.each(['VARVE_REQUESTTIMEOUT', 'VARVE_REQUEST_TIMOUT', 'VARVE_REQUSET_TIMEOUT', 'varve_request_timeout'])(
  '%s is refused, because a variable of nearly that name is meant',
  (name) => {
    const read = () => readEnvironment(schema, { [name]: '5000' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(`${name} is not known: VARVE_REQUEST_TIMEOUT may be meant`);
  },
);

it('variables that are for somebody else are passed over', () => {
  const others = { VARVE_DEBUG: '1', VARVE_LOG_FILE: 'x', VARVE_REQUEST_TIMEOUTS: '1', REQUEST_TIMEOUT: '1' };
  expect(readEnvironment(schema, { ...others, VARVE_REQUEST_TIMEOUT: '500' })).toMatchObject({
    VARVE_REQUEST_TIMEOUT: 500,
  });
});

it('lists every variable that is wrong, without a stack', () => {
  const read = () =>
    readEnvironment(schema.extend({ FILE: z.string('must say where') }), { PORT: 'x', HOST: '' });
  expect(read).toThrow(
    expect.objectContaining({
      problems: [
        'HOST is "": it must not be empty',
        'PORT is "x": it must be a whole number',
        'FILE is not set: it must say where',
      ],
    }),
  );
  expect(whyNotStarted(new ConfigError(['PORT is wrong']))).toBe(
    'The configuration is not valid:\n  PORT is wrong',
  );
});

it('says of a database that cannot be reached what to do, without a stack', () => {
  const told = { code: 'store-unavailable', retryable: true };
  const unreachable = Object.assign(new Error('Check the address.'), told);
  expect(whyNotStarted(unreachable)).toBe('Check the address.');
  expect(whyNotStarted(unreachable, { VARVE_DEBUG: '1' })).toMatch(/^Error: Check the address\.\n\s+at /);
});

it('says why it cannot listen, without a stack', () => {
  const inUse = { code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port: 3_000 };
  expect(whyNotStarted(Object.assign(new Error('listen EADDRINUSE'), inUse))).toBe(
    'Cannot listen on 127.0.0.1:3000: something else listens there. Stop it, or set PORT to another one.',
  );
});

it('shows the stack of what the operator cannot mend', () => {
  expect(whyNotStarted(new TypeError('oh'))).toMatch(/^TypeError: oh\n\s+at /);
  expect(whyNotStarted('a string')).toBe('a string');
});

it('an address of MongoDB has to be given, and is never shown, since it may hold a password', () => {
  const read = (variables: object) =>
    mongoPlaceOf(readEnvironment(z.object(mongodbVariables), { ...variables }));
  const uri = 'mongodb://shop:secret@db:27017/?replicaSet=rs0';
  expect(read({ VARVE_MONGODB_URI: uri })).toEqual({ uri, database: 'shop' });
  expect(() => read({})).toThrow(
    'VARVE_MONGODB_URI is not set: it must say where MongoDB is, e.g. mongodb://',
  );
  expect(() => read({ VARVE_MONGODB_URI: 'shop:secret@db' })).toThrow(
    'VARVE_MONGODB_URI cannot be used: it must be an address such as mongodb://',
  );
  expect(() => read({ VARVE_MONGODB_URI: uri, VARVE_MONGODB_DATABASE: 'a.b' })).toThrow(
    'VARVE_MONGODB_DATABASE is "a.b": it must be 1 to 63 letters, digits, "-" and "_"',
  );
});

it('says where something is kept, without the secrets of an address', () => {
  expect(placeOf({ sqlite: { file: './orders.db' } })).toBe('./orders.db');
  const mongodb = { uri: 'mongodb://shop:secret@db:27017/', database: 'shop' };
  expect(placeOf({ mongodb })).toBe('database "shop" of MongoDB');
});
