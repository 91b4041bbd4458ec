import { describe, expect, it, test } from 'vitest';
import { Changes } from '../../src/mongodb/watermark/rows/changes.js';
import { foldRow } from '../../src/mongodb/watermark/rows/fold-row.js';

interface Count {
  readonly _id?: string;
  readonly count: number;
}

const folding = { processor: 'orders@1', collection: 'orders__v1__orders', now: new Date(0) };
const plusOne = (row: unknown): Count => ({ count: ((row as Count | undefined)?.count ?? 0) + 1 });
const removed = () => undefined;

function changes(
  ...all: readonly (readonly [position: number, evolve: (row: object | undefined) => unknown])[]
) {
  return {
    id: 'a',
    changes: all.map(([position, evolve]) => ({ position, stream: 'order-1', evolve })),
  };
}

describe('a row', () => {
  it('is folded over all changes of a batch, and written once', () => {
    const row = foldRow(undefined, changes([3, plusOne], [3, plusOne], [5, plusOne]), folding);
    expect(row).toEqual({ _id: 'a', count: 3, _position: 5 });
  });

  it('leaves out the commits that it has seen', () => {
    const stored = { _id: 'a', count: 7, _position: 4 };
    expect(foldRow(stored, changes([3, plusOne], [4, plusOne], [6, plusOne]), folding)).toEqual({
      ...stored,
      ...{ count: 8, _position: 6 },
    });
    expect(foldRow(stored, changes([3, plusOne], [4, plusOne]), folding)).toBeUndefined();
  });

  it('is shown to its function as the function has left it', () => {
    const stored = { _id: 'a', count: 7, _position: 4 };
    const seen: unknown[] = [];
    foldRow(stored, changes([5, (row) => void seen.push(row)]), folding);
    expect(seen).toEqual([{ _id: 'a', count: 7 }]);
  });

  it('leaves a tombstone when it is deleted, also if it came and went within a batch', () => {
    const tombstone = { _id: 'a', _position: 6, _deleted: true, _deletedAt: folding.now };
    expect(foldRow({ _id: 'a', count: 7, _position: 4 }, changes([6, removed]), folding)).toEqual(tombstone);
    expect(foldRow(undefined, changes([5, plusOne], [6, removed]), folding)).toEqual(tombstone);
  });

  it('begins anew behind its tombstone', () => {
    const tombstone = { _id: 'a', _position: 6, _deleted: true as const, _deletedAt: folding.now };
    expect(foldRow(tombstone, changes([6, plusOne], [7, plusOne]), folding)).toEqual({
      ...{ _id: 'a', count: 1, _position: 7 },
    });
    expect(foldRow(tombstone, changes([7, removed]), folding)).toBeUndefined();
  });

  it('that never was leaves nothing', () => {
    expect(foldRow(undefined, changes([5, removed], [6, removed]), folding)).toBeUndefined();
  });
});

describe('a function that is passed to evolve', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['answers a promise', () => Promise.resolve({}), /synchronous/],
    ['answers no row', () => 7, /answers 7/],
    ['answers null', () => null, /undefined to delete/],
    ['changes the _id', () => ({ _id: 'b' }), /changes the _id/],
    ['sets a reserved field', () => ({ _position: 1 }), /"_position", which is reserved/],
  ])('that %s is refused, with the position of its event', (_what, evolve, says) => {
    const fold = () => foldRow(undefined, changes([5, plusOne], [6, evolve]), folding);
    expect(fold).toThrow(expect.objectContaining({ code: 'projection-failed', position: 6 }));
    expect(fold).toThrow(says);
  });
});

describe('the changes of a step', () => {
  const change = (position: number) => ({ position, stream: 'order-1', evolve: plusOne });

  it('are refused out of the order of the log', () => {
    const all = new Changes('orders@1');
    all.add('orders', 'a', change(5));
    expect(() => all.add('orders', 'a', change(4))).toThrow(/Take events in their order/);
    expect(() => all.add('orders', 'b', change(4))).not.toThrow();
  });

  it('are refused by events that are not being applied', () => {
    const all = new Changes('orders@1');
    all.add('orders', 'a', change(5));
    expect(() => all.assertWithin(4, 5)).not.toThrow();
    expect(() => all.assertWithin(5, 9)).toThrow(/position 5, and positions 6 to 9 are being applied/);
    expect(() => all.assertWithin(1, 4)).toThrow(/position 5/);
  });

  it('are refused when the transaction has ended', () => {
    const all = new Changes('orders@1');
    all.end();
    expect(() => all.add('orders', 'a', change(5))).toThrow(
      expect.objectContaining({ code: 'transaction-ended' }),
    );
  });
});
