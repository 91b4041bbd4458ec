import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvents, encodeEvents, sameEvents, sameJson, type CommitHeader } from '@varve/eventstore';

const header = (count: number): CommitHeader => ({
  position: 7,
  stream: 'order-1',
  firstVersion: 3,
  lastVersion: 2 + count,
  at: new Date(0),
});

const roundTrip = (data: unknown): unknown =>
  decodeEvents(encodeEvents([{ type: 'x', data }]), header(1))[0]?.data;

describe('the text of a commit', () => {
  test('gives back every JSON value as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (data) => {
        const clean = JSON.parse(JSON.stringify(data)) as unknown;
        expect(roundTrip(clean)).toEqual(clean);
        expect(sameJson(roundTrip(clean), clean)).toBe(true);
      }),
    );
  });

  test('keeps a lone surrogate and a __proto__ key as they are', () => {
    expect(roundTrip({ text: 'a\ud800b' })).toEqual({ text: 'a\ud800b' });
    const data = JSON.parse('{"__proto__":{"admin":true},"a":1}') as object;
    const back = roundTrip(data) as object;
    expect(Object.keys(back)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });

  test.each([
    ['undefined', { a: { b: undefined } }, 'data.a.b'],
    ['NaN', { a: [1, Number.NaN] }, 'data.a[1]'],
    ['Infinity', Number.POSITIVE_INFINITY, 'data'],
    ['minus zero', { a: -0 }, 'data.a'],
    ['BigInt', { 'a b': 1n }, 'data["a b"]'],
    ['Date', { when: new Date() }, 'data.when'],
    ['Map', [new Map()], 'data[0]'],
    ['a hole', Array.from([1, 2]).concat(new Array<number>(1)), 'data[2]'],
    ['a function', { f: () => 1 }, 'data.f'],
    ['a symbol key', { a: { [Symbol('s')]: 1 } }, 'data.a'],
    ['toJSON', { a: { toJSON: 1 } }, 'data.a'],
    ['a property that is not enumerable', { a: Object.defineProperty({}, 'b', { value: 1 }) }, 'data.a'],
    ['an array with a property', { a: Object.assign([1], { b: 2 }) }, 'data.a'],
    ['an array with a symbol key', { a: Object.assign([1], { [Symbol('s')]: 2 }) }, 'data.a'],
    ['an array of a class', [new (class List extends Array<number> {})()], 'data[0]'],
  ])('refuses %s and names the path', (_name, data, path) => {
    expect(() => encodeEvents([{ type: 'x', data }])).toThrow(
      expect.objectContaining({ code: 'invalid-event', path }) as Error,
    );
  });

  test.each([
    ['a hole', new Array<never>(2)],
    ['null', [null]],
    ['undefined', [undefined]],
  ])('refuses %s in place of an event', (_name, events) => {
    expect(() => encodeEvents(events as never)).toThrow(
      expect.objectContaining({ code: 'invalid-event' }) as Error,
    );
  });

  test('is refused where no string can hold it', () => {
    const half = 'x'.repeat(2 ** 28);
    const events = [half, half].map((data) => ({ type: 'x', data }));
    expect(() => encodeEvents(events)).toThrow(/The 2 events of the commit are too large for one text/);
  });

  test('takes arrays and objects of another realm', () => {
    const foreign = runInNewContext('({ a: [1, { b: 2 }] })') as unknown;
    expect(roundTrip(foreign)).toEqual({ a: [1, { b: 2 }] });
  });

  test('refuses a value that refers to itself', () => {
    const data: Record<string, unknown> = {};
    data['self'] = data;
    expect(() => encodeEvents([{ type: 'x', data }])).toThrow(/refers to itself/);
  });

  test.each([
    ['a Date', new Date(), 'metadata'],
    ['an array', ['ann'], 'metadata'],
    ['a text', 'ann', 'metadata'],
    ['null', null, 'metadata'],
    ['a class instance below', { actor: new Map() }, 'metadata.actor'],
    ['a symbol key', { [Symbol('s')]: 1 }, 'metadata'],
  ])('refuses %s as metadata, and names the path', (_name, metadata, path) => {
    expect(() => encodeEvents([{ type: 'x', data: 1, metadata: metadata as never }])).toThrow(
      expect.objectContaining({ code: 'invalid-event', path }) as Error,
    );
  });

  test('leaves out metadata that is undefined', () => {
    const text = encodeEvents([{ type: 'x', data: 1, metadata: { actor: undefined as never, tenant: 'a' } }]);
    expect(decodeEvents(text, header(1))[0]?.metadata).toEqual({ tenant: 'a' });
    expect(encodeEvents([{ type: 'x', data: 1, metadata: {} }])).not.toContain('metadata');
  });

  test('compares content without metadata, and without the order of keys', () => {
    const text = encodeEvents([{ type: 'x', data: { a: 1, b: [2] }, metadata: { actor: 'ann' } }]);
    expect(sameEvents(text, [{ type: 'x', data: { b: [2], a: 1 } }])).toBe(true);
    expect(sameEvents(text, [{ type: 'x', data: { b: [3], a: 1 } }])).toBe(false);
    expect(sameEvents(text, [{ type: 'y', data: { b: [2], a: 1 } }])).toBe(false);
    expect(sameEvents(text, [{ type: 'x', data: { b: [2], a: 1 }, schemaVersion: 2 }])).toBe(false);
  });

  test('says that a text is damaged when it is compared', () => {
    expect(() => sameEvents('[', [{ type: 'x', data: 1 }])).toThrow(
      expect.objectContaining({ code: 'event-undecodable' }) as Error,
    );
    expect(sameEvents('null', [{ type: 'x', data: 1 }])).toBe(false);
  });

  test('numbers the events from the first version', () => {
    const text = encodeEvents([
      { type: 'x', data: 1 },
      { type: 'y', data: null },
    ]);
    expect(decodeEvents(text, header(2)).map((event) => event.version)).toEqual([3, 4]);
    expect(() => decodeEvents(text, header(3))).toThrow(
      expect.objectContaining({ code: 'event-undecodable' }) as Error,
    );
    expect(() => decodeEvents('[', header(1))).toThrow(
      expect.objectContaining({ code: 'event-undecodable' }) as Error,
    );
  });
});
