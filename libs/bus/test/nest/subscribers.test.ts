import { Injectable, Logger, Module } from '@nestjs/common';
import type { Message, MessageContext } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { BusModule, OnMessage, Subscriber, type EventContext } from '@varve/bus/nest';
import { currentContext, defineEvent, Event, type RecordedEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { describe, expect, test, vi } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { busOf, commitOf, EVENTS, logOf, OrderPlaced, orderPaid, paid, placed, start } from './shop.js';

const memory = () => BusModule.forRoot({ memory: {} });
const log = () => EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events: EVENTS });

@Injectable()
class Mailbox {
  readonly mails: string[] = [];
}

@Module({ providers: [Mailbox], exports: [Mailbox] })
class MailboxModule {}

@Subscriber({ group: 'mail', topics: ['order'] })
class Mailing {
  readonly seen: unknown[] = [];

  constructor(readonly mailbox: Mailbox) {}

  @OnMessage(OrderPlaced)
  placed(event: OrderPlaced, context: EventContext): void {
    this.mailbox.mails.push(`${event.orderId}: ${event.euros} EUR`);
    this.seen.push([event, context.event, context.attempt, context.group, currentContext()]);
  }

  @OnMessage(orderPaid)
  async paid(event: RecordedEvent<{ cents: number }>): Promise<void> {
    await Promise.resolve();
    this.mailbox.mails.push(`paid ${event.data.cents} at version ${event.version}`);
  }
}

const mailing = () => BusModule.forFeature([Mailing], { imports: [MailboxModule] });

describe('a subscriber', () => {
  test('hears by every @OnMessage that stands on a method', async () => {
    @Subscriber({ group: 'several', topics: ['order'] })
    class Several {
      readonly seen: string[] = [];

      @OnMessage(OrderPlaced)
      @OnMessage(orderPaid)
      any(_event: object, { event }: EventContext): void {
        this.seen.push(event.type);
      }
    }
    const app = await start(memory(), BusModule.forFeature([Several]));
    await busOf(app).publish([commitOf('order-1', 1, [placed('1', 1), paid(1)])]);
    const { seen } = app.get(Several);
    await until(() => seen.length === 2, { what: 'both events' });
    expect(seen).toEqual(['order.placed', 'order.paid']);
  });

  test('is given the events of a commit in order: instances of their classes, and plain events by definition', async () => {
    const app = await start(memory(), mailing());
    await busOf(app).publish([
      commitOf('order-1', 1, [placed('1', 1250, { correlationId: 'c-1', tenant: 'acme' }), paid(1250)]),
    ]);
    const { mails } = app.get(Mailbox);
    await until(() => mails.length === 2, { what: 'the mails' });
    expect(mails).toEqual(['1: 12.5 EUR', 'paid 1250 at version 2']);
    const [event, recorded, attempt, group, context] = app.get(Mailing).seen[0] as unknown[];
    expect(event).toBeInstanceOf(OrderPlaced);
    expect(recorded).toMatchObject({ stream: 'order-1', version: 1, data: { orderId: '1', cents: 1250 } });
    expect(recorded).not.toHaveProperty('position');
    expect([attempt, group]).toEqual([1, 'mail']);
    expect(context).toEqual({ correlationId: 'c-1', tenant: 'acme', causationId: 'order-1@1' });
  });

  test('knows the events of the app’s registry by name, with their upcasters, and no others', async () => {
    @Subscriber({ group: 'names', categories: ['order'] })
    class ByName {
      readonly seen: unknown[] = [];
      @OnMessage('order.placed', 'order.paid')
      any(event: object): void {
        this.seen.push(event);
      }
    }
    const app = await start(memory(), log(), BusModule.forFeature([ByName]));
    const { seen } = app.get(ByName);
    await busOf(app).publish([
      commitOf('order-1', 1, [placed('1', 5), { type: 'order.noise', data: 1 }, paid(5)]),
    ]);
    await until(() => seen.length === 2, { what: 'both events' });
    expect(seen[0]).toBeInstanceOf(OrderPlaced);
    expect(seen[1]).toMatchObject({ type: 'order.paid', data: { cents: 5 } });
  });

  test('without a registry is given plain events by name', async () => {
    @Subscriber({ group: 'names', topics: ['order'] })
    class ByName {
      readonly seen: RecordedEvent[] = [];
      @OnMessage('order.placed')
      placed(event: RecordedEvent): void {
        this.seen.push(event);
      }
    }
    const app = await start(memory(), BusModule.forFeature([ByName]));
    await busOf(app).publish([commitOf('order-1', 1, [placed('1', 5)])]);
    await until(() => app.get(ByName).seen.length === 1, { what: 'the event' });
    expect(app.get(ByName).seen[0]).toMatchObject({ type: 'order.placed', data: { orderId: '1', cents: 5 } });
  });

  test('that takes every message is given them as they came, also what is no commit', async () => {
    @Subscriber({ group: 'audit', topics: ['order', 'weather'] })
    class Audit {
      readonly seen: [Message, MessageContext, unknown][] = [];
      @OnMessage()
      any(message: Message, context: MessageContext): void {
        this.seen.push([message, context, currentContext()]);
      }
    }
    const app = await start(memory(), BusModule.forFeature([Audit]));
    const event = {
      specversion: '1.0',
      id: 'w-1',
      source: 'urn:weather',
      type: 'rain',
      data: { mm: 3 },
    } as const;
    await busOf(app).publish([
      { topic: 'weather', key: 'here', event },
      commitOf('order-1', 1, [placed('1', 5, { correlationId: 'c-1' })]),
    ]);
    const { seen } = app.get(Audit);
    await until(() => seen.length === 2, { what: 'both messages' });
    const weather = seen.find(([message]) => message.topic === 'weather');
    expect(weather?.[0].event).toMatchObject({ type: 'rain', data: { mm: 3 } });
    expect(weather?.[2]).toEqual({ correlationId: 'w-1', causationId: 'w-1' });
    expect(seen.find(([message]) => message.topic === 'order')?.[2]).toMatchObject({ correlationId: 'c-1' });
  });

  test('that fails is tried again, and given up on by the class of its error; the rest goes on', async () => {
    vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const retry = { retries: 2, firstDelay: 1, maxDelay: 2 };
    @Subscriber({ group: 'mail', topics: ['order'], retry })
    class Failing {
      readonly tries: string[] = [];
      @OnMessage(OrderPlaced)
      placed({ orderId }: OrderPlaced, { attempt }: EventContext): void {
        this.tries.push(`${orderId} ${attempt}`);
        if (orderId === 'broken') throw Object.assign(new Error('never'), { retryable: false });
        if (orderId === 'slow' && attempt < 3) throw new Error('not yet');
      }
    }
    const app = await start(memory(), BusModule.forFeature([Failing]));
    const bus = busOf(app);
    await bus.publish(['slow', 'broken', 'fine'].map((id) => commitOf(`order-${id}`, 1, [placed(id, 1)])));
    await bus.publish([
      {
        topic: 'order',
        key: 'x',
        event: { specversion: '1.0', id: '1', source: 'urn:x', type: 'no.commit', data: 1 },
      },
    ]);
    await until(async () => (await bus.deadLetters('mail').list()).length === 2, {
      what: 'two dead letters',
    });
    const { tries } = app.get(Failing);
    await until(() => tries.includes('slow 3') && tries.includes('fine 1'), { what: 'the others' });
    expect(tries.filter((each) => each.startsWith('broken'))).toEqual(['broken 1']);
    expect((await bus.deadLetters('mail').list()).map(({ key }) => key).sort()).toEqual([
      'order-broken',
      'x',
    ]);
    vi.restoreAllMocks();
  });

  test('gets the events of a commit that was too large for the bus from the log', async () => {
    const app = await start(memory(), log(), mailing());
    const store = logOf(app);
    await store.append('order-1', 'no-stream', [placed('1', 100), paid(100)]);
    const pointer = commitOf('order-1', 1, [placed('1', 100), paid(100)]);
    const event = {
      ...pointer.event,
      type: 'varve.commit-pointer',
      source: `urn:varve:log:${store.logId}`,
      data: undefined,
    };
    await busOf(app).publish([{ ...pointer, event }]);
    const { mails } = app.get(Mailbox);
    await until(() => mails.length === 2, { what: 'the mails' });
    expect(mails).toEqual(['1: 1 EUR', 'paid 100 at version 2']);
  });

  test('of two buses is given what is on its own', async () => {
    @Subscriber({ group: 'here', topics: ['order'] })
    class Here {
      readonly seen: string[] = [];
      @OnMessage(OrderPlaced)
      placed({ orderId }: OrderPlaced): void {
        this.seen.push(orderId);
      }
    }
    @Subscriber({ group: 'here', topics: ['order'], bus: 'there' })
    class There extends Here {}
    const app = await start(
      memory(),
      BusModule.forRoot({ name: 'there', memory: {} }),
      BusModule.forFeature([Here, There]),
    );
    expect(busOf(app)).not.toBe(busOf(app, 'there'));
    await busOf(app).publish([commitOf('order-1', 1, [placed('1', 1)])]);
    await busOf(app, 'there').publish([commitOf('order-2', 1, [placed('2', 1)])]);
    await until(() => app.get(Here).seen.length + app.get(There).seen.length === 2, { what: 'both events' });
    expect([app.get(Here).seen, app.get(There).seen]).toEqual([['1'], ['2']]);
  });

  test('is subscribed when a broker that was down at the start is there', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const bus = new MemoryMessageBus();
    bus.broker.goDown();
    const app = await start(BusModule.forRoot({ bus }), mailing());
    await until(() => warnings.mock.calls.join().includes('subscribing to mail'), { what: 'the warning' });
    bus.broker.comeBack();
    await bus.publish([commitOf('order-1', 1, [placed('1', 100)])]);
    await until(() => app.get(Mailbox).mails.length === 1, { what: 'the mail' });
    warnings.mockRestore();
    await app.close();
    expect(await bus.health()).toEqual({ up: true });
    await bus.close();
  });
});

test('what a method takes is checked against the events that it names', () => {
  @Event('shop.opened')
  class ShopOpened {
    readonly at = '';
  }
  const closed = defineEvent<{ reason: string }>('shop.closed');
  class Typed {
    // @ts-expect-error an OrderPlaced is not a ShopOpened
    @OnMessage(OrderPlaced)
    wrongClass(_event: ShopOpened): void {}

    // @ts-expect-error the reason is a text
    @OnMessage(closed)
    wrongData(_event: RecordedEvent<{ reason: number }>): void {}

    // @ts-expect-error every message is a Message
    @OnMessage()
    wrongMessage(_message: ShopOpened): void {}

    @OnMessage(ShopOpened, closed)
    both(event: ShopOpened | RecordedEvent<{ reason: string }>): unknown {
      return event;
    }

    @OnMessage('any.name')
    named(event: { readonly what: 'one likes' }): unknown {
      return event;
    }
  }
  expect(Typed).toBeDefined();
});
