import { brokenBus, withOptions } from './broken-bus.js';

export const brokenAtSharing = [
  brokenBus(
    'gives every subscription a group of its own',
    [
      'shares the messages between the subscriptions of one group',
      'goes on where the last subscription of a group has stopped',
      'gives a message to nobody else while its handler runs',
      'lets running handlers finish when a subscription is closed, and settles them',
      'lets running handlers finish when it is closed',
    ],
    (bus) => ({
      subscribe(options, handler) {
        const isFirst = (bus.broker.findGroup(options.group)?.topics.size ?? 0) === 0;
        return bus.subscribe(isFirst ? options : { ...options, group: `${options.group}/other` }, handler);
      },
    }),
  ),

  brokenBus(
    'has one group for all who read a topic',
    [
      'keeps the dead letters of two groups apart',
      'gives every group all messages',
      'hands over nothing while it is paused, and everything afterwards',
      'lets running handlers finish when a subscription is closed, and settles them',
      'lets running handlers finish when it is closed',
    ],
    (bus) => {
      const groups = new Map<string, string>();
      return {
        async subscribe(options, handler) {
          const topics = String(options.topics);
          const group = options.group && (groups.get(topics) ?? options.group);
          const subscription = await bus.subscribe({ ...options, group }, handler);
          groups.set(topics, group);
          return subscription;
        },
      };
    },
  ),

  brokenBus(
    'begins with what comes from now on',
    ['keeps the dead letters of two groups apart', 'begins a new group with what the broker still has'],
    withOptions(() => ({ startFrom: 'latest' })),
  ),

  brokenBus(
    'begins with what there is, whatever it is told',
    ['begins a new group with what comes from now on, if it says so'],
    withOptions(() => ({ startFrom: 'earliest' })),
  ),

  brokenBus(
    'forgets where a group has stopped',
    ['goes on where the last subscription of a group has stopped'],
    (bus) => ({
      subscribe: (options, handler) =>
        bus.subscribe(
          options.startFrom === 'latest' ? { ...options, group: `${options.group}/new` } : options,
          handler,
        ),
    }),
  ),
];
