import { brokenBus } from './broken-bus.js';

export const brokenAtAdministration = [
  brokenBus(
    'creates nothing',
    [
      'creates what is missing, once, and it can be used at once',
      'says what is missing, and nothing when all is there',
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

  brokenBus('misses nothing', ['says what is missing, and nothing when all is there'], () => ({
    inspect: async () => [],
  })),
];
