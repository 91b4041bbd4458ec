import { describe, expect, test } from 'vitest';
import { foldRow } from '../../src/mongodb/watermark/rows/fold-row.js';

const folding = { processor: 'customers@1', collection: 'customers__v1__customers', now: new Date(0) };

describe('A row that is folded', () => {
  test('is the same when it is folded again, though its functions change it in place and begin with the data of an event', () => {
    const placed = { cents: 100 };
    const add = (row: object | undefined) => {
      (row as { cents: number }).cents += 200;
      return row;
    };
    const changes = [
      { position: 1, stream: 'order-1', evolve: () => placed },
      { position: 2, stream: 'order-1', evolve: add },
    ];
    const row = { _id: 'maria', cents: 300, _position: 2 };
    expect(foldRow(undefined, { id: 'maria', changes }, folding)).toEqual(row);
    expect(foldRow(undefined, { id: 'maria', changes }, folding)).toEqual(row);
    expect(placed).toEqual({ cents: 100 });

    const stored = { _id: 'maria', cents: 1, _position: 1 };
    foldRow(stored, { id: 'maria', changes }, folding);
    expect(stored.cents).toBe(1);
  });

  test('is refused when its function is asynchronous, also when that fails', async () => {
    const evolve = () => Promise.reject(new Error('later'));
    const changes = [{ position: 1, stream: 'order-1', evolve }];
    expect(() => foldRow(undefined, { id: 'maria', changes }, folding)).toThrow(/customers@1/);
    await new Promise((resolve) => setImmediate(resolve));
  });
});
