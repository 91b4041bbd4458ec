import { describe, expect, test } from 'vitest';
import {
  defineEvent,
  EventRegistry,
  rename,
  split,
  upcast,
  type EventRegistryOptions,
  type RecordedEvent,
} from '@varve/eventstore';

const paid = (version: number) => defineEvent('order.paid', { version });
const at = new Date('2026-01-01T00:00:00Z');

function stored(type: string, data: unknown, schemaVersion = 1): RecordedEvent {
  return {
    stream: 'order-1',
    version: 4,
    position: 9,
    commitId: 'c',
    type,
    data,
    schemaVersion,
    metadata: { actor: 'ana' },
    at,
  };
}

describe('decoding', () => {
  test('walks the chain to the current version, and keeps where the event stands', () => {
    const registry = new EventRegistry([paid(3)], {
      upcasters: [
        upcast('order.paid', { from: 2, to: 3 }, (data) => ({ ...data, currency: 'BRL' })),
        upcast<{ total: number }>('order.paid', { from: 1, to: 2 }, ({ total }) => ({ amount: total * 100 })),
      ],
    });
    const old = stored('order.paid', { total: 5 });
    expect(registry.isCurrent(old)).toBe(false);
    expect(registry.decode(old)).toStrictEqual([
      { ...old, schemaVersion: 3, data: { amount: 500, currency: 'BRL' } },
    ]);
    expect(registry.decode(stored('order.paid', { amount: 7 }, 2))[0]?.data).toStrictEqual({
      amount: 7,
      currency: 'BRL',
    });
    expect(old.data).toStrictEqual({ total: 5 });
  });

  test('an upcaster sees the event that it works on', () => {
    const registry = new EventRegistry([paid(2)], {
      upcasters: [
        upcast('order.paid', { from: 1, to: 2 }, (_, event) => ({
          by: event.metadata.actor,
          in: event.stream,
        })),
      ],
    });
    expect(registry.decode(stored('order.paid', {}))[0]?.data).toStrictEqual({ by: 'ana', in: 'order-1' });
  });

  test('an old name is read as the new one, with its version, and upcast from there', () => {
    const registry = new EventRegistry([paid(2)], {
      upcasters: [
        rename('order.payed', 'order.paid'),
        rename('payed', 'order.payed'),
        upcast('order.paid', { from: 1, to: 2 }, () => ({ new: true })),
      ],
    });
    expect(registry.decode(stored('payed', {}))).toStrictEqual([stored('order.paid', { new: true }, 2)]);
    expect(registry.decode(stored('order.payed', { as: 'is' }, 2))).toStrictEqual([
      stored('order.paid', { as: 'is' }, 2),
    ]);
  });

  test('a split event becomes several, which share its version and are counted by part', () => {
    const registry = new EventRegistry([paid(2), defineEvent('order.tipped')], {
      upcasters: [
        split<{ amount: number; tip: number }>(
          'order.settled',
          { from: 1, into: ['order.paid', 'order.tipped'] },
          ({ amount, tip }) => [
            { type: 'order.paid', schemaVersion: 1, data: { amount } },
            { type: 'order.tipped', schemaVersion: 1, data: { tip } },
          ],
        ),
        upcast('order.paid', { from: 1, to: 2 }, (data) => ({ ...data, currency: 'BRL' })),
      ],
    });
    const settled = stored('order.settled', { amount: 5, tip: 1 });
    expect(registry.decode(settled)).toStrictEqual([
      { ...settled, type: 'order.paid', schemaVersion: 2, data: { amount: 5, currency: 'BRL' }, part: 0 },
      { ...settled, type: 'order.tipped', schemaVersion: 1, data: { tip: 1 }, part: 1 },
    ]);
  });

  test('parts are counted over nested splits, and an event that stays one has none', () => {
    const both = (type: string) => ({ type, schemaVersion: 1, data: {} });
    const registry = new EventRegistry([defineEvent('a'), defineEvent('b'), defineEvent('c')], {
      upcasters: [
        split('outer', { from: 1, into: ['a', 'inner'] }, () => [both('a'), both('inner')]),
        split('inner', { from: 1, into: ['b', 'c'] }, () => [both('b'), both('c')]),
        split('single', { from: 1, into: ['a'] }, () => [both('a')]),
        split('none', { from: 1, into: ['a'] }, () => []),
      ],
    });
    expect(registry.decode(stored('outer', {})).map(({ type, part }) => [type, part])).toStrictEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    expect(registry.decode(stored('single', {}))[0]).not.toHaveProperty('part');
    expect(registry.decode(stored('none', {}))).toStrictEqual([]);
  });

  test('a dropped type decodes to nothing, whatever its version', () => {
    const registry = new EventRegistry([paid(1)], { dropped: ['order.noise'] });
    expect(registry.decode(stored('order.noise', {}, 9))).toStrictEqual([]);
  });

  test('an upcaster that throws is named with the place and the cause', () => {
    const cause = new TypeError('no total');
    const registry = new EventRegistry([paid(2)], {
      upcasters: [
        upcast('order.paid', { from: 1, to: 2 }, () => {
          throw cause;
        }),
      ],
    });
    const decode = () => registry.decode(stored('order.paid', {}));
    expect(decode).toThrow(
      expect.objectContaining({ code: 'event-undecodable', where: 'order-1@4, position 9', cause }),
    );
    expect(decode).toThrow(/upcaster from version 1 to 2 threw: no total/);
  });

  test('an upcaster that returns nothing, and a split that breaks its word, are errors', () => {
    const registry = new EventRegistry([paid(2)], {
      upcasters: [
        upcast('order.paid', { from: 1, to: 2 }, () => undefined),
        split('order.settled', { from: 1, into: ['order.paid'] }, () => [
          { type: 'order.gone', schemaVersion: 1, data: {} },
        ]),
      ],
    });
    for (const type of ['order.paid', 'order.settled']) {
      expect(() => registry.decode(stored(type, {}))).toThrow(
        expect.objectContaining({ code: 'event-undecodable' }),
      );
    }
  });

  test('a split into its own type must go up in version', () => {
    const again = (schemaVersion: number) =>
      new EventRegistry([paid(2)], {
        upcasters: [
          split('order.paid', { from: 1, into: ['order.paid'] }, () => [
            { type: 'order.paid', schemaVersion, data: {} },
          ]),
        ],
      });
    expect(() => again(1).decode(stored('order.paid', {}))).toThrow(/does not go up in version/);
    expect(again(2).decode(stored('order.paid', {}))).toHaveLength(1);
  });

  test('a schema version that never was is an error', () => {
    const registry = new EventRegistry([paid(1)]);
    expect(() => registry.decode(stored('order.paid', {}, 0))).toThrow(
      expect.objectContaining({ code: 'event-undecodable' }),
    );
  });
});

describe('the stored types of a filter', () => {
  const registry = new EventRegistry([defineEvent('a'), defineEvent('b'), defineEvent('c')], {
    upcasters: [
      rename('old-a', 'a'),
      rename('older-a', 'old-a'),
      split('ab', { from: 1, into: ['a', 'b'] }, () => []),
      rename('old-ab', 'ab'),
    ],
  });

  test('hold old names and what is split into a type', () => {
    expect(registry.storedTypesOf(['a'])).toStrictEqual(['a', 'ab', 'old-a', 'old-ab', 'older-a']);
    expect(registry.storedTypesOf(['b'])).toStrictEqual(['ab', 'b', 'old-ab']);
    expect(registry.storedTypesOf(['c', '$stream-closed'])).toStrictEqual(['$stream-closed', 'c']);
  });

  test('a type that decoding never yields is an error', () => {
    for (const type of ['old-a', 'typo']) {
      expect(() => registry.storedTypesOf([type])).toThrow(
        expect.objectContaining({ code: 'unknown-event-type' }),
      );
    }
  });
});

describe('start-up', () => {
  const nothing = () => ({});
  const events = [paid(3), defineEvent('order.placed')];
  const step = (from: number, to: number) => upcast('order.paid', { from, to }, nothing);
  const chain = [step(1, 2), step(2, 3)];
  const refusals: readonly [string, EventRegistryOptions, RegExp][] = [
    ['a gap at the beginning of a chain', { upcasters: [step(2, 3)] }, /nothing leads on from version 1/],
    ['a gap in the middle', { upcasters: [step(1, 2)] }, /nothing leads on from version 2/],
    ['no chain at all', {}, /nothing leads on from version 1/],
    ['a step beyond the registered version', { upcasters: [...chain, step(3, 4)] }, /Raise the version/],
    ['two steps from one version', { upcasters: [...chain, step(1, 3)] }, /two upcasters from version 1/],
    ['a step down', { upcasters: [step(2, 1)] }, /go up/],
    ['a version that is no whole number', { upcasters: [step(0, 2)] }, /whole numbers from 1/],
    [
      'an upcaster of an unknown type',
      { upcasters: [...chain, upcast('order.lost', { from: 1, to: 2 }, nothing)] },
      /"order.lost", which is neither/,
    ],
    [
      'a rename to an unknown type',
      { upcasters: [...chain, rename('a', 'b')] },
      /"b", which is not registered/,
    ],
    [
      'a split into an unknown type',
      { upcasters: [...chain, split('a', { from: 1, into: ['b'] }, () => [])] },
      /"b", which is not registered/,
    ],
    [
      'a rename of a registered type',
      { upcasters: [...chain, rename('order.placed', 'order.paid')] },
      /registered as well/,
    ],
    [
      'a rename of a dropped type',
      { upcasters: [...chain, rename('a', 'order.paid')], dropped: ['a'] },
      /dropped as well/,
    ],
    [
      'two renames of one type',
      { upcasters: [...chain, rename('a', 'order.paid'), rename('a', 'order.placed')] },
      /renamed twice/,
    ],
    [
      'upcasters under an old name',
      { upcasters: [...chain, rename('a', 'order.paid'), upcast('a', { from: 1, to: 2 }, nothing)] },
      /never run/,
    ],
    [
      'upcasters of a dropped type',
      { upcasters: [...chain, upcast('a', { from: 1, to: 2 }, nothing)], dropped: ['a'] },
      /never run/,
    ],
    [
      'renames in a circle',
      { upcasters: [...chain, rename('a', 'b'), rename('b', 'a')] },
      /circle: "a" → "b" → "a"/,
    ],
    [
      'splits in a circle',
      {
        upcasters: [
          ...chain,
          split('a', { from: 1, into: ['b'] }, () => []),
          split('b', { from: 1, into: ['a'] }, () => []),
        ],
      },
      /circle/,
    ],
    [
      'a gap before a split',
      { upcasters: [...chain, split('a', { from: 2, into: ['order.paid'] }, () => [])] },
      /nothing leads on from version 1/,
    ],
  ];

  test.each(refusals)('refuses %s', (_, options, message) => {
    const make = () => new EventRegistry(events, options);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-options', option: 'upcasters' }));
    expect(make).toThrow(message);
  });

  test('accepts a chain with a long step over versions that lead on by themselves', () => {
    expect(() => new EventRegistry(events, { upcasters: [step(1, 3), step(2, 3)] })).not.toThrow();
  });
});
