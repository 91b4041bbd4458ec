import { createHash } from 'node:crypto';
import type { NewEvent } from '@varve/eventstore';

export interface Measured {
  readonly sequence: number;
  readonly customer: string;
  readonly amountCents: number;
  readonly note: string;
}

const NOTE = 'laid down once, in order, never changed, readable back to the beginning; '.repeat(3);

export const EVENT_TYPE = 'bench.measured';

/** Data of 300 bytes as JSON, different each time. */
export function payload(sequence: number): Measured {
  return {
    sequence: 1_000_000 + sequence,
    customer: `customer-${String(sequence % 1000).padStart(4, '0')}`,
    amountCents: 10_000 + (sequence % 89_999),
    note: NOTE,
  };
}

export function newEvent(sequence: number): NewEvent<Measured> {
  return { type: EVENT_TYPE, data: payload(sequence) };
}

export function newEvents(first: number, count: number): NewEvent<Measured>[] {
  const events = new Array<NewEvent<Measured>>(count);
  for (let index = 0; index < count; index++) events[index] = newEvent(first + index);
  return events;
}

/** As many as a shop has open at once. */
export const STREAMS = 1_000;

/** Streams as applications name them, a category and a UUID: always the same ones, in an order that is none. */
export function streamName(number: number): string {
  const digest = createHash('md5').update(String(number)).digest('hex');
  return `order-${digest.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}

export const streamNames: readonly string[] = Array.from({ length: STREAMS }, (_, number) =>
  streamName(number),
);
