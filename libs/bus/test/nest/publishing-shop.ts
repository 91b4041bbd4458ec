import { join } from 'node:path';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { readCommitMessage, type Message, type MessageBus } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import {
  BusModule,
  getBusHostToken,
  type BusHost,
  type BusModuleOptions,
  type BusPublicationOptions,
} from '@varve/bus/nest';
import type { AggregateRepository } from '@varve/eventstore';
import { EventStoreModule, getAggregateRepositoryToken } from '@varve/eventstore/nest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { Order } from './aggregate.js';
import { EVENTS, start } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

export const TWO_PHASE = { categories: { order: 'two-phase' } } as const;

export function logIn(folder: string, name?: string): DynamicModule {
  const file = join(folder, `${name ?? 'log'}.db`);
  return EventStoreModule.forRoot({ sqlite: { file }, events: EVENTS, ...(name !== undefined && { name }) });
}

export const orders = () => EventStoreModule.forFeature([Order]);

/** An app with a log in a file, and what it publishes, as others on the broker see it. */
export async function shop(
  publication: BusPublicationOptions,
  options: Partial<BusModuleOptions> & { broker?: MemoryBroker } = {},
) {
  const { broker = new MemoryBroker(), ...rest } = options;
  const folder = temporaryFolder();
  const app = await start(
    logIn(folder),
    orders(),
    BusModule.forRoot({ memory: { broker }, publication, ...rest }),
  );
  return {
    app,
    broker,
    folder,
    seen: await listen(broker),
    repository: repositoryOf(app),
    host: hostOf(app),
  };
}

export function repositoryOf(app: INestApplication) {
  return app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order));
}

export function hostOf(app: INestApplication, name?: string): BusHost {
  return app.get<BusHost>(getBusHostToken(name));
}

export async function listen(broker: MemoryBroker, ...topics: string[]): Promise<Message[]> {
  const bus = new MemoryMessageBus({ broker });
  afterTest(() => bus.close());
  const seen: Message[] = [];
  if (broker.isUp) await subscribe(bus, seen, topics.length > 0 ? topics : undefined);
  return seen;
}

export async function subscribe(
  bus: MessageBus,
  seen: Message[],
  topics: readonly string[] = ['order'],
): Promise<void> {
  await bus.subscribe(
    { topics: topics.length > 0 ? topics : ['order'], group: `readers-of-${topics.join()}` },
    async (message) => {
      seen.push(message);
    },
  );
}

export const commits = (messages: readonly Message[]) =>
  messages.map((message) => {
    const { stream, firstVersion, position, events } = readCommitMessage(message);
    return [stream, firstVersion, position, events?.map(({ type }) => type)];
  });

export async function placeAndPay(repository: AggregateRepository<Order>, id: string): Promise<void> {
  const order = repository.create(id);
  order.place(100);
  await order.commit();
  await repository.execute(id, (one) => one.pay());
}
