import type { MessageHandler } from '../../transport/subscription.js';
import { brokenBus, withOptions, withSubscription } from './broken-bus.js';

/** Less than the harness's slow handler takes, and more than any other. */
const IMPATIENCE = 40;

function twiceIfSlow(handler: MessageHandler): MessageHandler {
  return async (message, context) => {
    let again: Promise<void> | undefined;
    const timer = setTimeout(() => {
      again = handler(message, context);
    }, IMPATIENCE);
    try {
      await handler(message, context);
    } finally {
      clearTimeout(timer);
      await again;
    }
  };
}

export const brokenAtFlow = [
  brokenBus(
    'does not bound what is in hand',
    ['handles no more messages at the same time than it may'],
    withOptions(({ maxInFlight }) => (maxInFlight === 3 ? { maxInFlight: 100 } : {})),
  ),

  brokenBus(
    'gives a message to somebody else when its handler is slow',
    ['gives a message to nobody else while its handler runs'],
    (bus) => ({
      // Not where a busy machine makes quick handlers slow.
      subscribe: (options, handler) =>
        bus.subscribe(options, options.maxInFlight === undefined ? twiceIfSlow(handler) : handler),
    }),
  ),

  brokenBus(
    'hands over while it is paused',
    ['hands over nothing while it is paused, and everything afterwards'],
    withSubscription((inner) => {
      let isPaused = false;
      return {
        pause: () => void (isPaused = true),
        resume: () => void (isPaused = false),
        status: () => ({ ...inner.status(), ...(isPaused ? { state: 'paused' as const } : {}) }),
      };
    }),
  ),

  brokenBus(
    'stays paused',
    ['hands over nothing while it is paused, and everything afterwards'],
    withSubscription(() => ({ resume: () => undefined })),
  ),

  brokenBus(
    'counts what failed as handled',
    ['says how it stands'],
    withSubscription((inner) => ({
      status() {
        const status = inner.status();
        return { ...status, handled: status.handled + status.retried };
      },
    })),
  ),
];
