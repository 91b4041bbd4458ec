import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import { commitMessage, type Message, type MessageBus } from '@varve/bus';
import { getMessageBusToken } from '@varve/bus/nest';
import { defineEvent, Event, type EventMetadata, type EventStore, type NewEvent } from '@varve/eventstore';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { afterTest } from '../../../../test/support/after-test.js';

@Event('order.placed')
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {}

  get euros(): number {
    return this.cents / 100;
  }
}

export const orderPaid = defineEvent<{ cents: number }>('order.paid');

export const EVENTS = [OrderPlaced, orderPaid];

const LOG_ID = 'log-of-the-shop';

export type Imports = NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;

export async function start(...imports: Imports): Promise<INestApplication> {
  const testing = await Test.createTestingModule({ imports }).compile();
  const app = testing.createNestApplication({ logger: false });
  afterTest(() => app.close());
  return app.init();
}

export function busOf<T extends MessageBus = MessageBus>(app: INestApplication, name?: string): T {
  return app.get<T>(getMessageBusToken(name));
}

export function logOf(app: INestApplication, name?: string): EventStore {
  return app.get<EventStore>(getEventStoreToken(name));
}

export const placed = (orderId: string, cents: number, metadata?: EventMetadata): NewEvent => ({
  type: 'order.placed',
  data: { orderId, cents },
  ...(metadata && { metadata }),
});

export const paid = (cents: number): NewEvent => orderPaid.create({ cents });

/** A commit of a log that is not here, as it comes over the bus. */
export function commitOf(stream: string, firstVersion: number, events: readonly NewEvent[]): Message {
  const lastVersion = firstVersion + events.length - 1;
  const at = new Date('2026-01-31T12:00:00Z');
  return commitMessage({ stream, firstVersion, lastVersion, at, events }, { logId: LOG_ID, topic: 'order' });
}
