import { topicNaming, type TopicNamingOptions } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { BusModule } from '@varve/bus/nest';
import { describe, expect, test } from 'vitest';

const bus = new MemoryMessageBus();

describe('The naming of topics', () => {
  test('has a name also for the streams without a category, which no other has', () => {
    const { topicOf } = topicNaming();
    expect([topicOf('-1'), topicOf('-'), topicOf('--')]).toEqual(['-', '-', '-']);
    expect(topicOf('\u0000-1')).toBe('-00');
    expect(topicNaming({ prefix: 'shop-' }).topicOf('-1')).toBe('shop--');
  });

  test.each<[option: string, options: unknown]>([
    ['order', { order: 'orders' }],
    ['prefix', { prefix: 7 }],
    ['topics', { topics: ['orders'] }],
    ['topics', { topics: null }],
    ['topics.order', { topics: { order: '' } }],
    ['topics.order', { topics: { order: ['orders'] } }],
    ['topics.order-1', { topics: { 'order-1': 'orders' } }],
  ])('refuses an option by its name, also where it is nested: %s in %o', (option, options) => {
    const naming = options as TopicNamingOptions;
    expect(() => topicNaming(naming)).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
    expect(() => BusModule.forRoot({ bus, topics: naming })).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: `topics.${option}` }),
    );
  });

  test('takes a name as it is, and makes the others of prefix and category', () => {
    const { topicOf } = topicNaming({ prefix: 'shop-', topics: { order: 'orders' } });
    expect([topicOf('order-1'), topicOf('customer-1')]).toEqual(['orders', 'shop-customer']);
  });
});

test.each([null, undefined, 7, []])('The bus module refuses %o instead of options', (options) => {
  for (const set of [BusModule.forRoot, BusModule.forRootAsync]) {
    expect(() => set.call(BusModule, options as never)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'options' }),
    );
  }
});
