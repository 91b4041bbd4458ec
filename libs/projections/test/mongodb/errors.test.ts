import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it, test } from 'vitest';
import { translated, unavailable, verdictOn } from '../../src/mongodb/errors.js';
import { Operations } from '../../src/mongodb/transaction/operations.js';

const server = (code: number, ...errorLabels: string[]) =>
  new MongoServerError({ code, errmsg: 'injected', errorLabels });

describe('a failure inside a transaction', () => {
  test.each<[string, unknown, string]>([
    ['a label of the server', server(1, 'TransientTransactionError'), 'again'],
    ['a write conflict without a label', server(112), 'again'],
    ['a snapshot that is gone', server(246), 'again'],
    ['a transaction that the server has ended', server(251), 'again'],
    ['a primary that steps down', server(10_107), 'again'],
    ['a lost connection', new MongoNetworkError('gone'), 'again'],
    ['a code that nobody knows', server(16_777_220), 'perhaps'],
    ['a duplicate key', server(11_000), 'final'],
    ['a validation rule', server(121), 'final'],
    ['a missing right', server(13), 'final'],
    ['an update that is none', server(9), 'final'],
    ['what a handler throws', new Error('bug'), 'final'],
    ['a conflict that a handler has wrapped', new Error('bug', { cause: server(112) }), 'again'],
    ['a duplicate key that it has wrapped', new Error('bug', { cause: server(11_000) }), 'final'],
  ])('of %s', (_what, error, verdict) => {
    expect(verdictOn(error)).toBe(verdict);
  });
});

describe('a socket that breaks while the driver writes to it', () => {
  const broken = () =>
    Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'write' });

  it('is a lost connection where an operation of a transaction met it', async () => {
    const operations = new Operations(
      { name: 'orders', location: 'host/shop' },
      { limit: 1_000, elapsed: () => 0 },
    );
    await expect(operations.run(() => Promise.reject(broken()))).rejects.toThrow('write ECONNRESET');
    expect(verdictOn(operations.failure?.error)).toBe('again');
  });

  it('makes the read models unavailable outside of a transaction', () => {
    expect(translated(broken(), 'host/shop')).toMatchObject({ code: 'store-unavailable' });
  });

  it('is final where it is a handler’s own', () => {
    expect(verdictOn(broken())).toBe('final');
  });
});

describe('what is said of a server that cannot be used', () => {
  it.each([
    [server(13), /Give the user the role "readWrite"/],
    [server(112), /busy with other transactions/],
    [server(10_107), /has no primary at the moment/],
    [server(4_711), /could not be used \(4711\)/],
  ])('names what to do: %s', (error, advice) => {
    expect(unavailable(error, 'host/shop').message).toMatch(advice);
  });
});
