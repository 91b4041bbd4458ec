import { Injectable, Logger, Module, Scope } from '@nestjs/common';
import { MemoryMessageBus } from '@varve/bus/memory';
import {
  BusModule,
  getMessageBusToken,
  InjectMessageBus,
  OnMessage,
  Subscriber,
  type BusModuleOptions,
  type EventReference,
  type SubscriberOptions,
} from '@varve/bus/nest';
import type { MessageBus } from '@varve/bus';
import { EventStoreModule, VarveStartModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { busOf, EVENTS, OrderPlaced, start } from './shop.js';

const memory = BusModule.forRoot({ memory: {} });
const bus = new MemoryMessageBus();

afterEach(() => {
  vi.restoreAllMocks();
});

test.each<[option: string, options: unknown]>([
  ['bus', { bus: {} }],
  ['bus', { bus: 'kafka' }],
  ['kafka', { bus, kafka: { brokers: ['127.0.0.1:9092'] } }],
  ['memory', { rocketmq: { endpoints: '127.0.0.1:8081' }, memory: {} }],
  ['memory', { memory: true }],
  ['topics', { bus, topics: 'order' }],
  ['logs', { bus, logs: {} }],
  ['start', { bus, start: 'no' }],
  ['kafak', { kafak: {} }],
  ['publication', { bus, publication: true }],
  ['name', { bus, name: '' }],
  ['name', { bus, name: 7 }],
])('a wrong option is refused at once and by its name: %s in %o', (option, options) => {
  const set = () => BusModule.forRoot({ ...(options as BusModuleOptions) });
  expect(set).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
  expect(set).toThrow(new RegExp(`${option}"? of BusModule`));
});

test.each<[option: string, options: unknown]>([
  ['group', { topics: ['order'] }],
  ['group', { group: '', topics: ['order'] }],
  ['topics', { group: 'g' }],
  ['topics', { group: 'g', topics: 'order' }],
  ['topics', { group: 'g', topics: [] }],
  ['categories', { group: 'g', categories: [''] }],
  ['categories', { group: 'g', categories: ['order', 'order-1'] }],
  ['bus', { group: 'g', topics: ['order'], bus: '' }],
  ['retires', { group: 'g', topics: ['order'], retires: {} }],
])('a wrong option of a subscriber is refused by its name: %s in %o', (option, options) => {
  expect(() => Subscriber(options as SubscriberOptions)).toThrow(
    expect.objectContaining({ code: 'invalid-options', option }),
  );
});

test.each([
  ['order', { order: 'any' }],
  ['maxInFlight', { maxInFlight: 0 }],
  ['retry.retries', { retry: { retries: -1 } }],
])('what the bus refuses in a subscription fails the start: %s in %o', async (option, options) => {
  @Subscriber({ group: 'g', topics: ['order'], ...(options as object) })
  class Wrong {
    @OnMessage() any(): void {}
  }
  await expect(start(memory, BusModule.forFeature([Wrong]))).rejects.toMatchObject({
    code: 'invalid-options',
    option,
  });
});

describe('declarations', () => {
  test('an event of a file that imports this one, or of a class without a name, is refused', () => {
    class Nameless {}
    expect(() => OnMessage(undefined as unknown as EventReference)).toThrow(/import each other/);
    expect(() => OnMessage(Nameless)).toThrow(/class Nameless, which has no event name/);
    expect(() => BusModule.forFeature([Nameless])).toThrow(/class Nameless, which is no @Subscriber/);
    expect(() => BusModule.forFeature([undefined as never])).toThrow(/import each other/);
  });

  test('a subscriber that handles nothing, something twice, or everything and something, fails the start', async () => {
    @Subscriber({ group: 'g', topics: ['order'] })
    class Idle {}
    @Subscriber({ group: 'g', topics: ['order'] })
    class Twice {
      @OnMessage(OrderPlaced) one(): void {}
      @OnMessage('order.placed') other(): void {}
    }
    @Subscriber({ group: 'g', topics: ['order'] })
    class Greedy {
      @OnMessage() all(): void {}
      @OnMessage(OrderPlaced) some(): void {}
    }
    await expect(start(memory, BusModule.forFeature([Idle]))).rejects.toThrow(/Idle handles nothing/);
    await expect(start(memory, BusModule.forFeature([Twice]))).rejects.toThrow(
      /Twice handles "order.placed" twice/,
    );
    await expect(start(memory, BusModule.forFeature([Greedy]))).rejects.toThrow(/Make two subscribers/);
  });

  test('a method for every message that has another @OnMessage is refused', () => {
    const everything = (): void => undefined;
    const target = { everything };
    const descriptor = { value: everything };
    OnMessage(OrderPlaced)(target, 'everything', descriptor);
    expect(() => {
      OnMessage()(target, 'everything', descriptor);
    }).toThrow('everything() is for every message and has another @OnMessage.');
  });

  test('an overridden method and a subscriber in two modules count once', async () => {
    class Base {
      @OnMessage(OrderPlaced) placed(): void {}
    }
    @Subscriber({ group: 'g', topics: ['order'] })
    class Once extends Base {
      @OnMessage(OrderPlaced) override placed(): void {}
    }
    @Module({ imports: [BusModule.forFeature([Once])] })
    class OtherModule {}
    await start(memory, BusModule.forFeature([Once]), OtherModule);
  });

  test('two subscribers of one group on one bus fail, naming both', async () => {
    @Subscriber({ group: 'g', topics: ['order'] })
    class One {
      @OnMessage() any(): void {}
    }
    @Subscriber({ group: 'g', topics: ['order'] })
    class Other {
      @OnMessage() any(): void {}
    }
    await expect(start(memory, BusModule.forFeature([One, Other]))).rejects.toMatchObject({
      code: 'duplicate-handler',
      message: expect.stringContaining('One and Other') as string,
    });
  });

  test('a name that the app’s registry does not know fails the start', async () => {
    @Subscriber({ group: 'g', topics: ['order'] })
    class Mistyped {
      @OnMessage('order.payed') payed(): void {}
    }
    const log = EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events: EVENTS });
    await expect(start(memory, log, BusModule.forFeature([Mistyped]))).rejects.toMatchObject({
      code: 'unknown-event-type',
      eventType: 'order.payed',
    });
  });

  test('a request-scoped subscriber is refused, and one that depends on a request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Session {}
    @Module({ providers: [Session], exports: [Session] })
    class SessionModule {}
    @Subscriber({ group: 'g', topics: ['order'] })
    class Scoped {
      constructor(readonly session: Session) {}
      @OnMessage() any(): void {}
    }
    await expect(start(memory, BusModule.forFeature([Scoped], { imports: [SessionModule] }))).rejects.toThrow(
      /Scoped is request-scoped or transient.*metadata/,
    );
  });

  test('a subscriber that nothing would run fails the start', async () => {
    @Subscriber({ group: 'g', topics: ['order'] })
    class Forgotten {
      @OnMessage() any(): void {}
    }
    @Module({ providers: [Forgotten] })
    class SomeModule {}
    await expect(start(memory, SomeModule)).rejects.toThrow(/Forgotten is among the providers/);
  });

  test('two buses of one name fail, and a subscriber of a bus that is not set up', async () => {
    @Subscriber({ group: 'g', topics: ['order'], bus: 'kafak' })
    class Lost {
      @OnMessage() any(): void {}
    }
    await expect(start(memory, BusModule.forRoot({ bus }))).rejects.toThrow(/twice with the name "default"/);
    await expect(start(memory, BusModule.forFeature([Lost]))).rejects.toThrow(
      /bus "kafak", which is not set up. Set up are: default/,
    );
  });
});

describe('without a bus', () => {
  @Subscriber({ group: 'g', topics: ['order'] })
  class Waiting {
    constructor(@InjectMessageBus() readonly bus: MessageBus | undefined) {}
    @OnMessage() any(): void {}
  }
  @Subscriber({ group: 'g', topics: ['order'] })
  class Alone {
    @OnMessage() any(): void {}
  }

  test('the app works and says so once', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const app = await start(
      BusModule.forRootAsync({ useFactory: () => ({}) }),
      BusModule.forFeature([Waiting]),
    );
    expect(app.get(Waiting).bus).toBeUndefined();
    expect(warnings.mock.calls).toEqual([
      ['Without a bus nothing comes to Waiting. Everything else works without it.'],
    ]);
  });

  test('it says nothing where nobody waits for one', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await start(BusModule.forRoot({}));
    expect(warnings).not.toHaveBeenCalled();
  });

  test('also an app that sets none up at all works, and says so once', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await start(BusModule.forFeature([Alone]));
    expect(warnings.mock.calls).toEqual([
      ['There is no bus: nothing comes to Alone. Everything else works without it.'],
    ]);
  });
});

describe('a bus', () => {
  test('is configured by what other providers know', async () => {
    @Module({ providers: [{ provide: 'MAX', useValue: 2_048 }], exports: ['MAX'] })
    class ConfigModule {}
    const app = await start(
      BusModule.forRootAsync({
        imports: [ConfigModule],
        inject: ['MAX'],
        useFactory: (maxBytes: number) => ({ memory: { maxBytes } }),
      }),
    );
    expect(busOf(app).capabilities.maxBytes).toBe(2_048);
  });

  test('that the module has made is closed with the app; one that was made elsewhere is closed there', async () => {
    const made = await start(memory);
    const own = busOf(made);
    await made.close();
    await expect(own.publish([])).rejects.toMatchObject({ code: 'bus-closed' });
    const elsewhere = new MemoryMessageBus();
    const given = await start(BusModule.forRoot({ bus: elsewhere }));
    await given.close();
    await elsewhere.publish([]);
    await elsewhere.close();
  });

  test('that a test replaces is never made', async () => {
    const { Test } = await import('@nestjs/testing');
    const make = vi.fn(() => new MemoryMessageBus());
    const testing = Test.createTestingModule({ imports: [BusModule.forRoot({ bus: make })] });
    const app = await testing.overrideProvider(getMessageBusToken()).useValue(bus).compile();
    await app.init();
    expect(app.get(getMessageBusToken())).toBe(bus);
    await app.close();
    expect(make).not.toHaveBeenCalled();
  });

  test.each(['start: false', 'an app that starts nothing'])(
    'gives nothing to subscribers with %s',
    async (how) => {
      @Subscriber({ group: 'g', topics: ['order'] })
      class Idle {
        @OnMessage() any(): void {}
      }
      const subscribe = vi.spyOn(MemoryMessageBus.prototype, 'subscribe');
      const app = await start(
        BusModule.forRoot({ memory: {}, ...(how === 'start: false' && { start: false }) }),
        BusModule.forFeature([Idle]),
        ...(how === 'start: false' ? [] : [VarveStartModule.forRoot({ start: false })]),
      );
      await new Promise((resolve) => setImmediate(resolve));
      await app.close();
      expect(subscribe).not.toHaveBeenCalled();
    },
  );
});
