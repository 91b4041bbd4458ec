import { isBusError } from '../../transport/errors.js';
import { brokenBus, insteadOf, withHandler, withSubscription } from './broken-bus.js';

const NOTHING = { state: 'closed', inFlight: 0, handled: 0, retried: 0, deadLettered: 0 } as const;

export const brokenAtLiving = [
  brokenBus(
    'does not wait for handlers when a subscription is closed',
    [
      'lets running handlers finish when a subscription is closed, and settles them',
      'waits for those of many that are open when it is closed',
    ],
    withSubscription((inner) => ({
      close: async () => {
        void inner.close();
      },
    })),
  ),

  brokenBus(
    'takes a handler that was cut short for one that has failed',
    ['keeps what a handler was cut short with for the next of its group'],
    withHandler((handler) => async (message, context) => {
      await handler(message, context).catch((error: unknown) => {
        throw isBusError(error, 'handler-hangs') ? new Error('failed', { cause: error }) : error;
      });
    }),
  ),

  brokenBus(
    'drops everything when it is closed',
    ['lets running handlers finish when it is closed'],
    (bus) => ({
      close: async () => bus.crash(),
    }),
  ),

  brokenBus(
    'stays open',
    [
      'lets running handlers finish when it is closed',
      'handles nothing once it is closed',
      'refuses to publish and to subscribe once it is closed',
      'is healthy until it is closed',
    ],
    () => ({ close: async () => undefined }),
  ),

  brokenBus(
    'publishes into the void once it is closed',
    ['refuses to publish and to subscribe once it is closed'],
    (bus) => ({
      publish: (messages, options) =>
        insteadOf('bus-closed', bus.publish(messages, options), () => undefined),
    }),
  ),

  brokenBus('cannot be closed twice', ['closes as often as it is asked'], (bus) => {
    let isClosed = false;
    return {
      async close() {
        if (isClosed) throw new Error('it is closed already');
        isClosed = true;
        await bus.close();
      },
    };
  }),

  brokenBus(
    'says that it is well, whatever happens',
    ['is healthy until it is closed', 'turns red and green with its broker'],
    () => ({
      health: async () => ({ up: true }),
    }),
  ),

  brokenBus('takes options that are none', ['names the option of a subscription that is none'], (bus) => ({
    subscribe: (options, handler) =>
      insteadOf('invalid-options', bus.subscribe(options, handler), () => ({
        group: options.group,
        status: () => NOTHING,
        pause: () => undefined,
        resume: () => undefined,
        close: async () => undefined,
      })),
  })),

  brokenBus('does not say what it is', ['describes itself without connecting'], () => ({ description: '' })),
];
