import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import {
  defineEvent,
  Event,
  eventTypeOf,
  EventRegistry,
  upcast,
  type RecordedEvent,
} from '@varve/eventstore';

@Event('order.paid', {
  version: 2,
  schema: z.object({ orderId: z.string(), amount: z.number().int().positive() }),
})
class OrderPaid {
  constructor(
    readonly orderId: string,
    readonly amount: number,
    readonly note?: string,
  ) {}

  get inReais(): number {
    return this.amount / 100;
  }
}

const orderPlaced = defineEvent('order.placed', {
  schema: v.object({ orderId: v.string(), items: v.array(v.object({ price: v.number() })) }),
});

const fromVersion1 = upcast('order.paid', { from: 1, to: 2 }, (data) => data);

const currentPaid = () => recorded('order.paid', { orderId: '1', amount: 500 }, 2);

function recorded(type: string, data: unknown, schemaVersion = 1): RecordedEvent {
  return {
    stream: 'order-1',
    version: 3,
    position: 17,
    type,
    data,
    schemaVersion,
    metadata: {},
    at: new Date(0),
  };
}

function registryOf(...events: ConstructorParameters<typeof EventRegistry>[0]) {
  return new EventRegistry(events, events.includes(OrderPaid) ? { upcasters: [fromVersion1] } : {});
}

describe('writing', () => {
  const registry = registryOf(OrderPaid, orderPlaced);

  test('an instance of an event class is stored by its stable name, as plain data', () => {
    const encoded = registry.encode(new OrderPaid('1', 500));
    expect(encoded).toStrictEqual({
      type: 'order.paid',
      schemaVersion: 2,
      data: { orderId: '1', amount: 500 },
    });
  });

  test('a plain event is stored with the schema version of its definition', () => {
    const event = orderPlaced.create({ orderId: '1', items: [] }, { actor: 'ana' });
    expect(registry.encode(event)).toStrictEqual({ ...event, schemaVersion: 1, metadata: { actor: 'ana' } });
    expect(registry.encode({ type: 'order.placed', data: event.data })).toMatchObject({ schemaVersion: 1 });
  });

  test('data that the schema refuses is not recorded, and the error names the path', () => {
    const broken = { type: 'order.placed', data: { orderId: '1', items: [{ price: 1 }, { price: 'two' }] } };
    expect(() => registry.encode(broken)).toThrow(
      expect.objectContaining({ code: 'invalid-event', path: 'data.items[1].price' }),
    );
    expect(() => registry.encode(new OrderPaid('1', -5))).toThrow(
      expect.objectContaining({ code: 'invalid-event', path: 'data.amount' }),
    );
  });

  test('a schema judges the data and never changes it', () => {
    const trimming = defineEvent('order.noted', { schema: z.object({ note: z.string().trim() }) });
    const encoded = registryOf(trimming).encode(trimming.create({ note: ' kept ' }));
    expect(encoded.data).toStrictEqual({ note: ' kept ' });
  });

  test('an asynchronous schema is refused', () => {
    const schema = z.object({}).refine(() => Promise.resolve(true));
    const event = defineEvent('order.noted', { schema });
    const failing = {
      '~standard': { version: 1, vendor: 'own', validate: () => Promise.reject(new Error('late')) },
    } as const;
    expect(() => registryOf(event).encode(event.create({}))).toThrow(/asynchronous/);
    const other = defineEvent('order.other', { schema: failing });
    expect(() => registryOf(other).encode(other.create({}))).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'schema' }),
    );
  });

  test('what has no event name is refused: a class, a name alone, and undefined of a file that imports this one', () => {
    for (const [event, named] of [
      [class NoEvent {}, 'class NoEvent has no event name'],
      ['order.paid', '"order.paid" has no event name'],
      [undefined, 'undefined (do two files import each other?) has no event name'],
    ] as const) {
      expect(() => new EventRegistry([event as never])).toThrow(named);
    }
  });

  test('an event that nobody registered is refused, by type and by class', () => {
    @Event('order.paid')
    class OtherPaid {}
    class NoEvent {
      readonly paid = true;
    }
    for (const event of [{ type: 'order.payed', data: {} }, new OtherPaid(), new NoEvent()]) {
      expect(() => registry.encode(event)).toThrow(expect.objectContaining({ code: 'unknown-event-type' }));
    }
  });

  test('an event of an old schema version, and a reserved one, are refused', () => {
    expect(() => registry.encode({ ...currentPaid(), schemaVersion: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid-event', path: 'schemaVersion' }),
    );
    expect(() => registry.encode({ type: '$stream-closed', data: {} })).toThrow(
      expect.objectContaining({ code: 'invalid-event', path: 'type' }),
    );
  });
});

test('a schema that throws refuses the data, and its error is kept', () => {
  const cause = new TypeError('no such field');
  const throwing = () => {
    throw cause;
  };
  const schema = v.pipe(v.object({}), v.check(throwing));
  const event = defineEvent('order.noted', { schema });
  expect(() => registryOf(event).encode(event.create({}))).toThrow(
    expect.objectContaining({ code: 'invalid-event', path: 'data', cause }),
  );
});

describe('reading', () => {
  const registry = registryOf(OrderPaid, orderPlaced);

  test('an event in its current shape is handed on as it is, not copied', () => {
    const event = currentPaid();
    expect(registry.isCurrent(event)).toBe(true);
    expect(registry.decode(event)[0]).toBe(event);
  });

  test('a class event is revived with its prototype, and its constructor does not run', () => {
    let constructed = 0;
    @Event('order.counted')
    class Counted {
      constructor(readonly n: number) {
        constructed++;
      }
    }
    const revived = registryOf(Counted).revive(recorded('order.counted', { n: 7 }));
    expect(revived).toBeInstanceOf(Counted);
    expect({ ...revived }).toStrictEqual({ n: 7 });
    expect(constructed).toBe(0);
    const paid = registry.revive(currentPaid()) as OrderPaid;
    expect(paid.inReais).toBe(5);
  });

  test('stored keys that the class has an accessor for, or that name the prototype, stay data', () => {
    const data = JSON.parse('{ "inReais": 1, "__proto__": { "amount": 9 } }') as object;
    const revived = registry.revive(recorded('order.paid', data, 2));
    expect(revived).toBeInstanceOf(OrderPaid);
    expect(Object.keys(revived)).toStrictEqual(['inReais', '__proto__']);
    expect((revived as OrderPaid).amount).toBeUndefined();
  });

  test('a key that names the prototype stays data in a class without accessors, too', () => {
    @Event('order.shipped')
    class OrderShipped {
      readonly by?: string;
    }
    const data = JSON.parse('{ "__proto__": { "by": "nobody" } }') as object;
    const revived = registryOf(OrderShipped).revive(recorded('order.shipped', data)) as OrderShipped;
    expect(revived).toBeInstanceOf(OrderShipped);
    expect(Object.keys(revived)).toStrictEqual(['__proto__']);
    expect(revived.by).toBeUndefined();
  });

  test('an event of a plain type is revived as itself', () => {
    const event = recorded('order.placed', {});
    expect(registry.revive(event)).toBe(event);
  });

  test('a type that nobody registered is an error that says where it stands', () => {
    for (const read of [
      () => registry.decode(recorded('order.lost', {})),
      () => registry.revive(recorded('order.lost', {})),
    ]) {
      expect(read).toThrow(expect.objectContaining({ code: 'unknown-event-type', eventType: 'order.lost' }));
      expect(read).toThrow(/order-1@3, position 17/);
    }
  });

  test('a reserved type passes through untouched', () => {
    const closed = recorded('$stream-closed', {});
    expect(registry.decode(closed)[0]).toBe(closed);
    expect(registry.revive(closed)).toBe(closed);
  });

  test('a newer schema version than the code says what to deploy', () => {
    const newer = recorded('order.paid', {}, 3);
    expect(() => registry.decode(newer)).toThrow(expect.objectContaining({ code: 'event-undecodable' }));
    expect(() => registry.decode(newer)).toThrow(
      /knows 2 at most: deploy here the code that knows version 3/,
    );
    expect(() => registry.revive(newer)).toThrow(expect.objectContaining({ code: 'event-undecodable' }));
  });

  test('validates what it reads only when asked to', () => {
    const invalid = recorded('order.paid', { orderId: 5 }, 2);
    expect(registry.decode(invalid)).toStrictEqual([invalid]);
    const strict = new EventRegistry([OrderPaid], { validateOnRead: true, upcasters: [fromVersion1] });
    expect(() => strict.decode(invalid)).toThrow(/order-1@3, position 17 .*data\.orderId/);
    expect(() => strict.decode(invalid)).toThrow(expect.objectContaining({ code: 'event-undecodable' }));
    expect(strict.decode(currentPaid())).toStrictEqual([currentPaid()]);
  });
});

describe('start-up', () => {
  const optionOf = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return (error as { option?: string }).option;
    }
    return undefined;
  };

  test('two events of one name are refused; the same one twice is one', () => {
    @Event('order.paid', { version: 2 })
    class Twin {}
    expect(optionOf(() => registryOf(OrderPaid, Twin))).toBe('events');
    expect(optionOf(() => registryOf(OrderPaid, defineEvent('order.paid')))).toBe('events');
    expect(registryOf(OrderPaid, OrderPaid).types).toStrictEqual(['order.paid']);
  });

  test('a class without a name, also one that extends an event, is refused', () => {
    class Late extends OrderPaid {}
    expect(optionOf(() => registryOf(Late))).toBe('events');
    expect(eventTypeOf(new Late('1', 1))).toBeUndefined();
  });

  test('a class with two names is refused', () => {
    expect(optionOf(() => Event('order.settled')(OrderPaid))).toBe('type');
  });

  test('names and versions that cannot be stored are refused', () => {
    for (const type of ['', '$mine', 'x'.repeat(257)]) expect(optionOf(() => defineEvent(type))).toBe('type');
    for (const version of [0, -1, 1.5, Number.NaN]) {
      expect(optionOf(() => defineEvent('order.paid', { version }))).toBe('version');
    }
    expect(optionOf(() => defineEvent('order.paid', { schema: {} as never }))).toBe('schema');
  });

  test('an event that is registered and dropped is refused', () => {
    expect(optionOf(() => new EventRegistry([orderPlaced], { dropped: ['order.placed'] }))).toBe('dropped');
  });
});

describe('revision', () => {
  const v1 = () => [defineEvent('order.placed'), defineEvent('stock.moved')];

  test('changes with a schema version and not with the order of registration', () => {
    const revision = registryOf(...v1()).revision();
    expect(registryOf(...v1().reverse()).revision()).toBe(revision);
    const raised = new EventRegistry(
      [defineEvent('order.placed'), defineEvent('stock.moved', { version: 2 })],
      {
        upcasters: [upcast('stock.moved', { from: 1, to: 2 }, (data) => data)],
      },
    );
    expect(raised.revision()).not.toBe(revision);
    expect(raised.revision(['order.placed'])).toBe(registryOf(...v1()).revision(['order.placed']));
  });

  test('of some types does not change when another type is added', () => {
    const more = registryOf(...v1(), defineEvent('order.paid'));
    expect(more.revision(['order.placed'])).toBe(registryOf(...v1()).revision(['order.placed']));
    expect(more.revision()).not.toBe(registryOf(...v1()).revision());
  });
});
