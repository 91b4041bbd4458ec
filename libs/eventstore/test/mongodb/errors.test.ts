import {
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  type TopologyDescription,
} from 'mongodb';
import { describe, expect, test } from 'vitest';
import { isPassing, isUnsent } from '../../src/mongodb/driver-errors.js';
import { translateError, writeFailed } from '../../src/mongodb/errors.js';

const serverError = (code: number) => new MongoServerError({ message: 'no', code });
const unreachable = new MongoServerSelectionError('timed out', {} as TopologyDescription);

/** As Node gives it, and the driver passes it on. */
function socketError(): Error {
  return Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'write' });
}

const PASSING: readonly [what: string, error: unknown][] = [
  ['a cut connection', new MongoNetworkError('read ECONNRESET')],
  ['a socket that broke while it was written to', socketError()],
  ['a server that cannot be reached', unreachable],
  ['a primary that steps down', serverError(10_107)],
  ['an election', serverError(11_602)],
  ['a write concern that timed out', { code: 64, errmsg: 'waiting for replication timed out' }],
];
const LASTING: readonly [what: string, error: unknown][] = [
  ['a user without rights', serverError(13)],
  ['a full disk', serverError(14_031)],
  ['an error that is not the driver’s', new TypeError('x is not a function')],
];

describe('An error of the driver', () => {
  test.each(PASSING)('is tried again after %s', (_, error) => expect(isPassing(error)).toBe(true));
  test.each(LASTING)('is told at once after %s', (_, error) => expect(isPassing(error)).toBe(false));

  test('is "not sent" only where no server was chosen', () => {
    expect(isUnsent(unreachable)).toBe(true);
    expect(isUnsent(new MongoNetworkError('read ECONNRESET'))).toBe(false);
  });

  test('of a bare socket is "store-unavailable" and may have been sent', () => {
    expect(isUnsent(socketError())).toBe(false);
    expect(translateError(socketError(), 'db1')).toMatchObject({ code: 'store-unavailable' });
  });

  test('says where, what to do, and keeps its cause', () => {
    const error = translateError(unreachable, 'db1:27017/shop.varve_commits');
    expect(error).toMatchObject({ code: 'store-unavailable', retryable: true, cause: unreachable });
    expect(error.message).toMatch(
      /^The log db1:27017\/shop\.varve_commits cannot be reached.*Check the address/,
    );
  });

  test('says what became of a write', () => {
    const failed = writeFailed(serverError(14_031), 'db1/shop.varve_commits', 'unknown');
    expect(failed.written).toBe('unknown');
    expect(failed.message).toMatch(
      /disk of the server is full.*ask findCommit, or retry with the same commit id/,
    );
  });

  test('leaves other errors as they are', () => {
    const error = new TypeError('x is not a function');
    expect(translateError(error, 'db1')).toBe(error);
  });
});
