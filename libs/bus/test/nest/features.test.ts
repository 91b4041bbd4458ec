import type { Message } from '@varve/bus';
import { BusModule, busHostsOf, OnMessage, Subscriber } from '@varve/bus/nest';
import { expect, test } from 'vitest';
import { start } from './shop.js';

@Subscriber({ group: 'clerks', categories: ['stock_commands'], order: 'none' })
class Clerks {
  @OnMessage()
  handle(_message: Message): void {}
}

test('a feature names the topics that it publishes on, and an app its own groups: set-up creates both', async () => {
  const app = await start(
    BusModule.forRoot({ memory: {}, topics: { prefix: 'east-' }, groupPrefix: 'east-' }),
    BusModule.forFeature([Clerks], { publishes: ['stock_commands'] }),
  );
  const [host] = busHostsOf(app);
  expect(host?.topology).toEqual({
    topics: [{ name: 'east-stock_commands', kind: 'ordered' }],
    groups: [{ name: 'east-clerks', topics: ['east-stock_commands'], order: 'none' }],
  });
  expect(host?.subscribers).toMatchObject([{ subscriber: 'Clerks', group: 'east-clerks' }]);
});

test('a feature that publishes with a delay has a topic of that kind, and no other', async () => {
  const app = await start(
    BusModule.forRoot({ memory: {} }),
    BusModule.forFeature([Clerks], { publishes: ['stock_commands'], publishesDelayed: ['deadlines'] }),
  );
  expect(busHostsOf(app)[0]?.topology.topics).toEqual([
    { name: 'stock_commands', kind: 'ordered' },
    { name: 'deadlines', kind: 'delayed' },
  ]);
  expect(() => BusModule.forFeature([Clerks], { publishesDelayed: ['no-category'] })).toThrow(
    expect.objectContaining({ code: 'invalid-options', option: 'publishesDelayed' }),
  );
});

test('a group prefix that is no text fails the start', () => {
  expect(() => BusModule.forRoot({ memory: {}, groupPrefix: 5 as never })).toThrow(
    'Option groupPrefix of BusModule is 5',
  );
});

test.each(['order-17', 'stock-commands', ''])(
  'a feature that publishes "%s", which is no category, is refused',
  (category) => {
    expect(() => BusModule.forFeature([Clerks], { publishes: [category] })).toThrow(
      expect.objectContaining({
        code: 'invalid-options',
        option: 'publishes',
        message: expect.stringContaining(`"${category}" is no category`) as string,
      }),
    );
  },
);
