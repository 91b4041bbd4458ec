import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { Message } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { BusModule, OnMessage, Subscriber } from '@varve/bus/nest';
import { defineEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { afterTest } from '../../../../test/support/after-test.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';

export function busOn(broker: MemoryBroker): MemoryMessageBus {
  const bus = new MemoryMessageBus({ broker });
  afterTest(() => bus.close());
  return bus;
}

@Subscriber({ group: 'mail', categories: ['order'] })
export class Mailing {
  @OnMessage() any(): void {}
}

/** Of the relay, in milliseconds. */
export const LEASE_DURATION = 300;

export interface Shop {
  readonly broker: MemoryBroker;
  readonly log?: string;
  readonly name?: string;
}

/** What the command boots: nothing of it runs by itself. */
export function appOf({ broker, log, name }: Shop) {
  const categories = { order: 'two-phase' } as const;
  const publication = { publication: { categories, leaseDuration: LEASE_DURATION } };
  const stores =
    log === undefined
      ? []
      : [EventStoreModule.forRoot({ sqlite: { file: log }, events: [defineEvent('order.charged')] })];
  @Module({
    imports: [
      ...stores,
      BusModule.forRoot({
        memory: { broker },
        ...(log !== undefined && publication),
        ...(name !== undefined && { name }),
      }),
      ...(name === undefined ? [BusModule.forFeature([Mailing])] : []),
    ],
  })
  class AppModule {}
  return () => Promise.resolve(AppModule);
}

export function shop(options: { readonly createTopics?: boolean } = {}) {
  const broker = new MemoryBroker(options);
  const log = join(temporaryFolder(), 'log.db');
  return { broker, log, app: appOf({ broker, log }) };
}

export const message = (id: string, data: unknown): Message => ({
  topic: 'order',
  key: `order-${id}`,
  event: { specversion: '1.0', id, source: 'urn:shop', type: 'order.said', data },
});

/** Dead letters as a group leaves them that gives up at once. */
export async function deadLetters(broker: MemoryBroker, ...ids: string[]): Promise<void> {
  const bus = busOn(broker);
  const subscription = await bus.subscribe({ topics: ['order'], group: 'mail' }, () =>
    Promise.reject(
      Object.assign(new Error('no such\u001b[2J mailbox'), { code: 'bounced', retryable: false }),
    ),
  );
  for (const id of ids) await bus.publish([message(id, { text: `hello ${id}\u001b[2J` })]);
  await until(async () => (await bus.deadLetters('mail').list()).length === ids.length, {
    what: 'dead letters',
  });
  await subscription.close();
}
