import { brokenBus } from './broken-bus.js';

export const brokenAtAdministration = [
  brokenBus(
    'creates nothing',
    [
      'creates what is missing, once, and it can be used at once',
      'says what is missing, and nothing when all is there',
      'misses a topic that a group subscribes to, though another app publishes on it',
    ],
    () => ({
      setup: async ({ topics }) => ({ created: topics.map(({ name }) => name), existing: [], commands: [] }),
    }),
  ),

  brokenBus(
    'says that it created what was there',
    ['creates what is missing, once, and it can be used at once'],
    (bus) => ({
      async setup(topology) {
        const { created, existing } = await bus.setup(topology);
        return { created: [...created, ...existing], existing: [], commands: [] };
      },
    }),
  ),

  brokenBus(
    'misses nothing',
    [
      'says what is missing, and nothing when all is there',
      'misses a topic that a group subscribes to, though another app publishes on it',
    ],
    () => ({ inspect: async () => [] }),
  ),

  brokenBus(
    'looks at the topics alone that the app publishes on',
    ['misses a topic that a group subscribes to, though another app publishes on it'],
    (bus) => ({
      inspect: ({ topics, groups }) =>
        bus.inspect({ topics, groups: groups.map((group) => ({ ...group, topics: [] })) }),
    }),
  ),
];
