import { Injectable, Module } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { currentContext, type EventStore, type RecordedEvent, type VarveContext } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken, InjectEventStore } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { On, ProjectionsModule, Reactor } from '@varve/projections/nest';
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { AT_ONCE, EVENTS, LOG, OrderPlaced, partsOf, place, READ_MODELS, start } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

class Remind extends Command<void> {
  constructor(readonly customer: string) {
    super();
  }
}

const reminded: string[] = [];
const contexts: (VarveContext | undefined)[] = [];

@CommandHandler(Remind)
class RemindHandler implements ICommandHandler<Remind> {
  constructor(@InjectEventStore() private readonly log: EventStore) {}

  async execute({ customer }: Remind): Promise<void> {
    reminded.push(customer);
    contexts.push(currentContext());
    await this.log.head();
  }
}

@Reactor({ name: 'reminder', startFrom: 'beginning', failurePolicy: AT_ONCE })
class Reminder {
  constructor(private readonly commands: CommandBus) {}

  @On(OrderPlaced)
  async placed({ data }: RecordedEvent<OrderPlaced>): Promise<void> {
    await this.commands.execute(new Remind(data.customer));
  }
}

const READ_MODELS_FIRST = [READ_MODELS, ProjectionsModule.forFeature([Reminder])];

/** A log in which something happened before the app was started. */
async function logWith(metadata: { correlationId?: string; actor?: string }): Promise<EventStore> {
  const log = new InMemoryEventStore();
  afterTest(() => log.close());
  await log.append('order-1', 'no-stream', [
    { type: 'order.placed', data: { customer: 'Ada', cents: 1 }, metadata },
  ]);
  return log;
}

test('a reactor that sends a command at once finds the handlers of @nestjs/cqrs registered, wherever they are', async () => {
  reminded.length = 0;
  const log = await logWith({});
  @Module({ providers: [RemindHandler] })
  class SalesModule {}
  const app = await start(
    ...READ_MODELS_FIRST,
    EventStoreModule.forRoot({ store: log, events: EVENTS }),
    SalesModule,
    CqrsModule.forRoot(),
  );
  await until(() => reminded.length > 0, { what: 'the command' });
  expect(reminded).toEqual(['Ada']);
  await until(async () => (await partsOf(app).projector.status()).reactors[0]?.behind === 0);
  expect((await partsOf(app).projector.status()).reactors[0]?.lease.state).toBe('active');
});

test('nothing begins before the bootstrap hooks of the app have been called', async () => {
  const happened: string[] = [];
  @Reactor({ name: 'first', startFrom: 'beginning' })
  class First {
    @On(OrderPlaced)
    placed(): void {
      happened.push('event');
    }
  }
  @Injectable()
  class Late {
    onModuleInit(): void {
      happened.push('init');
    }

    onApplicationBootstrap(): void {
      happened.push('bootstrap');
    }
  }
  @Module({ providers: [Late] })
  class LateModule {}
  const log = await logWith({});
  await start(
    READ_MODELS,
    ProjectionsModule.forFeature([First]),
    EventStoreModule.forRoot({ store: log, events: EVENTS }),
    LateModule,
  );
  await until(() => happened.includes('event'));
  expect(happened).toEqual(['init', 'bootstrap', 'event']);
});

test('a reactor runs in the context of its event: what it sets off can be traced to it', async () => {
  contexts.length = 0;
  const log = await logWith({ correlationId: 'request-7', actor: 'maria' });
  await start(
    CqrsModule.forRoot(),
    ...READ_MODELS_FIRST,
    EventStoreModule.forRoot({ store: log, events: EVENTS }),
    { module: RemindHandler, providers: [RemindHandler] },
  );
  await until(() => contexts.length > 0);
  expect(contexts[0]).toMatchObject({ correlationId: 'request-7', causationId: 'order-1@1', actor: 'maria' });
});

test('an app without CqrsModule has projections and reactors all the same', async () => {
  const seen: string[] = [];
  @Reactor({ name: 'plain', startFrom: 'beginning' })
  class Plain {
    @On(OrderPlaced)
    placed({ data }: RecordedEvent<OrderPlaced>): void {
      seen.push(data.customer);
    }
  }
  const app = await start(LOG, READ_MODELS, ProjectionsModule.forFeature([Plain]));
  await place(app.get(getEventStoreToken()), 'order-1', 'Ada');
  await until(() => seen.length === 1);
  expect(seen).toEqual(['Ada']);
});

test('a new reactor hears of what the app appends as soon as it is up', async () => {
  const heard: string[] = [];
  @Reactor({ name: 'new', failurePolicy: AT_ONCE })
  class New {
    @On(OrderPlaced)
    placed({ stream }: RecordedEvent<OrderPlaced>): void {
      heard.push(stream);
    }
  }
  const log = await logWith({});
  const app = await start(
    EventStoreModule.forRoot({ store: log, events: EVENTS }),
    READ_MODELS,
    ProjectionsModule.forFeature([New]),
  );
  await place(app.get(getEventStoreToken()), 'order-2', 'Bob');
  await until(() => heard.length > 0);
  expect(heard).toEqual(['order-2']);
});
