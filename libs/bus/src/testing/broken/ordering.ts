import { MessageRejectedError } from '../../transport/errors.js';
import type { MessageHandler } from '../../transport/subscription.js';
import { brokenBus, withHandler, withOptions } from './broken-bus.js';

/** Takes a handler that needs any time for one that is done. */
function impatient(handler: MessageHandler): MessageHandler {
  return async (message, context) => {
    const outcome = { isFailed: false };
    const handling = handler(message, context);
    handling.catch(() => (outcome.isFailed = true));
    // What a handler throws at once is known after a few turns.
    for (let turn = 0; turn < 20 && !outcome.isFailed; turn++) await Promise.resolve();
    if (outcome.isFailed) await handling;
  };
}

/** Lets nobody begin while a message waits to be tried again. */
function oneForAll(): (handler: MessageHandler) => MessageHandler {
  let failing: string | undefined;
  return (handler) => async (message, context) => {
    const { id } = message.event;
    if (failing !== undefined && failing !== id) throw new Error('another message comes first');
    try {
      await handler(message, context);
      failing = undefined;
    } catch (error) {
      failing = error instanceof MessageRejectedError ? undefined : id;
      throw error;
    }
  };
}

export const brokenAtOrdering = [
  brokenBus(
    'lets messages of a key overtake one another',
    [
      'hands over the messages of one key in their order',
      'handles the messages of one key one after the other',
      'lets other keys pass while one fails, and keeps its order',
      'hands over one of a key at a time, also among many',
    ],
    () => ({}),
    { chaos: { seed: 1, reorder: 0.5 } },
  ),

  brokenBus(
    'acknowledges before the handler is done',
    [
      'handles the messages of one key one after the other',
      'handles no more messages at the same time than it may',
      'says how it stands',
      'lets running handlers finish when a subscription is closed, and settles them',
      'lets running handlers finish when it is closed',
      'keeps what a handler was cut short with for the next of its group',
      'tries again the one of many that failed, and no other',
      'acknowledges of many only what is done',
      'hands over no more of many than may be in hand',
      'hands over one of a key at a time, also among many',
      'waits for those of many that are open when it is closed',
    ],
    withHandler(impatient),
  ),

  brokenBus(
    'handles one message at a time',
    ['handles several keys at the same time', 'says how it stands'],
    withOptions(({ maxInFlight }) => (maxInFlight === undefined ? { maxInFlight: 1 } : {})),
  ),

  brokenBus(
    'lets everything wait for what fails',
    [
      'lets other keys pass while one fails, and keeps its order',
      'lets nothing wait for a failing message without an order',
    ],
    (bus) => withHandler(oneForAll())(bus),
  ),
];
