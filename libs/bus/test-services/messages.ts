import type { Message, MessageHandler, SubscriptionOptions } from '@varve/bus';
import { uniqueName } from '../../../test/services/index.js';

export function aMessage(topic: string, key: string, version: number, data: unknown = { version }): Message {
  return {
    topic,
    key,
    event: {
      specversion: '1.0',
      id: `${key}@${version}`,
      source: 'urn:test',
      type: 'test.happened',
      subject: key,
      datacontenttype: 'application/json',
      data,
    },
  };
}

/** What a subscription has handled, as the events' ids. */
export interface Received {
  readonly ids: string[];
  of(key: string): readonly number[];
}

export function received(): Received & { readonly handler: MessageHandler } {
  const ids: string[] = [];
  return {
    ids,
    of: (key) => ids.filter((id) => id.startsWith(`${key}@`)).map((id) => Number(id.split('@')[1])),
    handler: async ({ event }) => {
      ids.push(event.id);
    },
  };
}

export function toGroup(topic: string, options: Partial<SubscriptionOptions> = {}): SubscriptionOptions {
  return { topics: [topic], group: uniqueName('group'), ...options };
}

/** `from` to `to`, both included. */
export function versions(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
