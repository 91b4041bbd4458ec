import { brokenBus, insteadOf, never, withSubscription } from './broken-bus.js';

export const brokenAtOutages = [
  brokenBus(
    'waits for its broker with every message',
    ['refuses to publish while the broker is away, soon, and publishes when it is back'],
    (bus) => ({
      publish: (messages, options) =>
        insteadOf('broker-unavailable', bus.publish(messages, options), () => never()),
    }),
  ),

  brokenBus(
    'confirms what its broker never got',
    ['refuses to publish while the broker is away, soon, and publishes when it is back'],
    (bus) => ({
      publish: (messages, options) =>
        insteadOf('broker-unavailable', bus.publish(messages, options), () => undefined),
    }),
  ),

  brokenBus(
    'gives up its subscriptions when the broker goes',
    [
      'refuses to publish while the broker is away, soon, and publishes when it is back',
      'loses nothing that was confirmed, and its subscriptions survive',
    ],
    withSubscription((inner, bus) => {
      bus.onNotice(({ kind }) => {
        if (kind === 'disconnected') void inner.close();
      });
      return {};
    }),
  ),

  brokenBus('does not notice that its broker is away', ['turns red and green with its broker'], (bus) => ({
    async health() {
      const health = await bus.health();
      return bus.broker.isUp ? health : { up: true };
    },
  })),

  brokenBus(
    'waits for its broker with a subscription',
    ['refuses to subscribe while the broker is away, soon, and subscribes when it is back'],
    (bus) => ({
      subscribe: (options, handler) =>
        insteadOf('broker-unavailable', bus.subscribe(options, handler), () => never()),
    }),
  ),
];
