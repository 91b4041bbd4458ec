import { brokenBus, withHandler, withOptions } from './broken-bus.js';

export const brokenAtFailing = [
  brokenBus(
    'does not count the attempts',
    [
      'tries a failing message again, and counts',
      'gives up on a message after as many retries as the policy says',
      'says how it stands',
      'tries again the one of many that failed, and no other',
    ],
    withHandler((handler) => (message, context) => handler(message, { ...context, attempt: 1 })),
  ),

  brokenBus(
    'tries again at once',
    ['waits before it tries again'],
    withOptions(({ retry }) => ({ retry: { ...retry, firstDelay: 0 } })),
  ),

  brokenBus(
    'tries once more than the policy says',
    ['gives up on a message after as many retries as the policy says'],
    withOptions(({ retry = {} }) => ({ retry: { ...retry, retries: (retry.retries ?? 10) + 1 } })),
  ),

  brokenBus(
    'tries again what a handler refuses for good',
    [
      'gives up at once on what a handler refuses for good',
      'drops what a handler refuses for good where the policy says so',
      'keeps what a handler was cut short with for the next of its group',
    ],
    (bus) => ({
      subscribe: (options, handler) =>
        bus.subscribe({ retry: { retries: 1, firstDelay: 1 }, ...options }, async (message, context) => {
          try {
            await handler(message, context);
          } catch (error) {
            throw new Error((error as Error).message, { cause: error });
          }
        }),
    }),
  ),

  brokenBus(
    'keeps what it should drop',
    ['drops what a handler refuses for good where the policy says so'],
    withOptions(() => ({ onPoison: 'dead-letter' })),
  ),

  brokenBus(
    'drops what nobody can read where nothing else is given up on',
    ['sets aside what is no CloudEvent, and loses none of its neighbours'],
    withOptions(({ onFailure }) => (onFailure === 'retry-for-ever' ? { onPoison: 'drop' } : {})),
  ),

  brokenBus(
    'gives up on what is to be tried for ever',
    ['never gives up on a message that is to be tried for ever'],
    withOptions(() => ({ onFailure: 'retry-then-dead-letter' })),
  ),

  brokenBus(
    'keeps what it knows to itself',
    ['drops what a handler refuses for good where the policy says so', 'tells whoever listens what failed'],
    () => ({ onNotice: () => () => undefined }),
  ),
];
