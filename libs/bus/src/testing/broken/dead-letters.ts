import type { DeadLetter } from '../../transport/dead-letters.js';
import { brokenBus, insteadOf, withDeadLetters } from './broken-bus.js';

export const brokenAtDeadLetters = [
  brokenBus(
    'begins every page of dead letters with the oldest',
    [
      'lists dead letters from the oldest, page by page, and leaves them',
      'lists on behind a dead letter that was settled meanwhile',
    ],
    withDeadLetters((inner) => ({
      list: (page) => inner.list(page?.limit === undefined ? {} : { limit: page.limit }),
    })),
  ),

  brokenBus(
    'begins with the oldest again when the end of the page before is gone',
    ['lists on behind a dead letter that was settled meanwhile'],
    withDeadLetters((inner) => ({
      async list(page) {
        const { after, ...rest } = page ?? {};
        const isThere = after !== undefined && (await inner.find(after)) !== undefined;
        return inner.list(isThere ? { after, ...rest } : rest);
      },
    })),
  ),

  brokenBus(
    'takes away what it lists in pages',
    [
      'lists dead letters from the oldest, page by page, and leaves them',
      'lists on behind a dead letter that was settled meanwhile',
    ],
    withDeadLetters((inner) => ({
      async list(page) {
        const letters = await inner.list(page);
        if (page) for (const { id } of letters) await inner.discard(id);
        return letters;
      },
    })),
  ),

  brokenBus(
    'forgets what a dead letter was',
    ['finds a dead letter with all that is known of it'],
    withDeadLetters((inner) => ({
      async find(id) {
        const found = await inner.find(id);
        if (!found) return undefined;
        const { message: _, ...rest } = found;
        return rest satisfies DeadLetter;
      },
    })),
  ),

  brokenBus(
    'leaves a dead letter that was published again',
    ['publishes a dead letter again and takes it away'],
    (bus) => ({
      ...withDeadLetters((inner) => ({
        async retry(id) {
          const letter = await inner.find(id);
          if (letter) bus.broker.store(letter.raw);
          return letter !== undefined;
        },
      }))(bus),
    }),
  ),

  brokenBus(
    'takes a dead letter away without publishing it',
    ['publishes a dead letter again and takes it away'],
    withDeadLetters((inner) => ({ retry: (id) => inner.discard(id) })),
  ),

  brokenBus(
    'discards all dead letters at once',
    ['lists on behind a dead letter that was settled meanwhile', 'discards a dead letter, and no other'],
    withDeadLetters((inner) => ({
      async discard(id) {
        const found = await inner.find(id);
        for (const letter of await inner.list()) await inner.discard(letter.id);
        return found !== undefined;
      },
    })),
  ),

  brokenBus(
    'says yes to whatever it is told about dead letters',
    ['answers for a dead letter that is no longer there'],
    withDeadLetters((inner) => ({
      retry: async (id) => (await inner.retry(id)) || true,
      discard: async (id) => (await inner.discard(id)) || true,
    })),
  ),

  brokenBus(
    'takes any size of a page',
    ['refuses a page of dead letters that is none'],
    withDeadLetters((inner) => ({
      list: (page) => insteadOf('invalid-options', inner.list(page), () => []),
    })),
  ),

  brokenBus(
    'has one place for the dead letters of all groups',
    ['keeps the dead letters of two groups apart'],
    (bus) => {
      let first: string | undefined;
      return {
        subscribe(options, handler) {
          first ??= options.group;
          return bus.subscribe(options, handler);
        },
        deadLetters: (group) => bus.deadLetters(first ?? group),
      };
    },
  ),
];
