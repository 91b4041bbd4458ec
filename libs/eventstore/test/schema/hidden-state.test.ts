import { Event, EventRegistry } from '@varve/eventstore';
import { expect, test } from 'vitest';

test('an instance that hides its data is refused, and told what to do', () => {
  @Event('a.private')
  class Private {
    readonly #id: string;
    constructor(id: string) {
      this.#id = id;
    }
    idOf(): string {
      return this.#id;
    }
  }
  @Event('a.told')
  class Told {
    readonly #id = '1';
    get id(): string {
      return this.#id;
    }
  }
  @Event('a.accessor')
  class WithAccessor {
    accessor id = '1';
  }
  @Event('a.heir')
  class Heir extends Private {}
  @Event('a.own')
  class Own {
    constructor() {
      Object.defineProperty(this, 'id', { get: () => '1' });
    }
  }
  const registry = new EventRegistry([Private, Told, WithAccessor, Heir, Own]);
  for (const event of [new Private('1'), new Told(), new WithAccessor(), new Heir('1'), new Own()]) {
    expect(() => registry.encode(event)).toThrow(
      expect.objectContaining({
        code: 'invalid-event',
        path: 'data',
        message: expect.stringContaining('public fields') as string,
      }),
    );
  }
});

test('an instance that has no data, and one whose optional data is not set, are stored', () => {
  @Event('a.bare')
  class Bare {
    describe(): string {
      return 'bare';
    }
  }
  @Event('a.optional')
  class Optional {
    constructor(readonly note?: string) {}
    get loud(): string | undefined {
      return this.note?.toUpperCase();
    }
  }
  const registry = new EventRegistry([Bare, Optional]);
  for (const event of [new Bare(), new Optional()]) expect(registry.encode(event).data).toStrictEqual({});
});
