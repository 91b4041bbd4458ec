import { encodeWire } from '../../message/encode-wire.js';
import type { PreparedMessage } from '../../transport/two-phase-bus.js';
import { brokenBus, insteadOf, never } from './broken-bus.js';

const NOTHING: PreparedMessage = { commit: async () => undefined, rollback: async () => undefined };

export const brokenAtDeciding = [
  brokenBus('denies that it has two phases', ['says that it has two phases'], ({ capabilities }) => ({
    capabilities: { ...capabilities, twoPhase: false },
  })),

  brokenBus(
    'shows half messages at once',
    [
      'shows a half message to nobody until it is committed',
      'never shows what was rolled back',
      'decides each of many half messages on its own',
      'asks about a half message that nobody decides, and shows it for "commit"',
      'never shows what the answer rolls back',
      'asks again after "unknown", and shows nothing meanwhile',
      'asks again when the answer fails',
    ],
    (bus) => ({
      async prepare(message) {
        const prepared = await bus.prepare(message);
        bus.broker.store(encodeWire(message));
        return prepared;
      },
    }),
    // Long enough for the message to be seen before the first question.
    { transactions: { timeout: 60, checkInterval: 5, maxChecks: 1_000_000 } },
  ),

  brokenBus(
    'commits what is rolled back',
    ['never shows what was rolled back', 'decides each of many half messages on its own'],
    (bus) => ({
      async prepare(message) {
        const prepared = await bus.prepare(message);
        const commit = () => prepared.commit();
        return { commit, rollback: commit };
      },
    }),
  ),

  brokenBus(
    'keeps keys of half messages in ASCII',
    ['hands a committed message over as it was prepared', 'asks with the message as it was prepared'],
    (bus) => ({
      prepare: (message) => bus.prepare({ ...message, key: message.key.replaceAll(/[^ -~]/gu, '?') }),
    }),
  ),

  brokenBus(
    'remembers one half message only',
    [
      'shows a half message to nobody until it is committed',
      'decides each of many half messages on its own',
      'asks nobody about what was decided',
    ],
    (bus) => {
      let last = NOTHING;
      return {
        async prepare(message) {
          last = await bus.prepare(message);
          return { commit: () => last.commit(), rollback: () => last.rollback() };
        },
      };
    },
  ),

  brokenBus(
    'falls over a second commit',
    ['takes a second commit for nothing worse than a duplicate'],
    (bus) => ({
      async prepare(message) {
        const prepared = await bus.prepare(message);
        const rollback = () => prepared.rollback();
        let isCommitted = false;
        return {
          rollback,
          async commit() {
            if (isCommitted) throw new TypeError('undefined is not a function');
            isCommitted = true;
            await prepared.commit();
          },
        };
      },
    }),
  ),

  brokenBus('takes half messages of any size', ['refuses a half message that is too large'], (bus) => ({
    prepare: (message) => insteadOf('message-too-large', bus.prepare(message), () => NOTHING),
  })),

  brokenBus(
    'hangs where the topic of a half message is refused',
    [
      'refuses a half message for an unknown topic, soon',
      'refuses a half message for a topic of another kind',
    ],
    (bus) => ({ prepare: (message) => insteadOf('broker-refused', bus.prepare(message), () => never()) }),
  ),

  brokenBus('prepares into the void once it is closed', ['refuses to prepare once it is closed'], (bus) => ({
    prepare: (message) => insteadOf('bus-closed', bus.prepare(message), () => NOTHING),
  })),

  brokenBus(
    'waits for its broker with a half message',
    ['refuses to prepare while the broker is away, soon'],
    (bus) => ({
      prepare: (message) => insteadOf('broker-unavailable', bus.prepare(message), () => never()),
    }),
  ),
];
