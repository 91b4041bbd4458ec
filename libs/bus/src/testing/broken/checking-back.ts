import { encodeWire } from '../../message/encode-wire.js';
import type { Message } from '../../message/message.js';
import type {
  CheckBack,
  CheckBackAnswer,
  PreparedMessage,
  TwoPhaseBus,
} from '../../transport/two-phase-bus.js';
import { brokenBus, type Overrides } from './broken-bus.js';

function withAnswer(change: (answer: CheckBack) => CheckBack): Overrides {
  return (bus) => ({ onCheck: (topics, answer) => bus.onCheck(topics, change(answer)) });
}

/** What an owner's commit does, by the id of the event. */
function withCommit(bus: TwoPhaseBus, commit: (id: string, prepared: PreparedMessage) => Promise<void>) {
  return async (message: Message): Promise<PreparedMessage> => {
    const prepared = await bus.prepare(message);
    return { commit: () => commit(message.event.id, prepared), rollback: () => prepared.rollback() };
  };
}

/** Says one answer for another. */
function mistaking(one: CheckBackAnswer, other: CheckBackAnswer): Overrides {
  return withAnswer((answer) => async (message) => {
    const given = await answer(message);
    return given === one ? other : given;
  });
}

export const brokenAtCheckingBack = [
  brokenBus('keeps its answers to itself', ['tells what was answered'], () => ({
    onNotice: () => () => undefined,
  })),

  brokenBus(
    'never asks',
    [/^(asks|bears|keeps half|never shows what the answer|shows what its owner|tells what was)/],
    () => ({
      onCheck: async () => undefined,
    }),
  ),

  brokenBus(
    'asks without the data',
    ['asks with the message as it was prepared'],
    withAnswer(
      (answer) =>
        ({ event: { data: _, ...event }, ...message }) =>
          answer({ ...message, event }),
    ),
  ),

  brokenBus(
    'takes "rollback" for "commit"',
    ['never shows what the answer rolls back'],
    mistaking('rollback', 'commit'),
  ),

  brokenBus(
    'takes "rollback" for "unknown"',
    ['never shows what the answer rolls back'],
    mistaking('rollback', 'unknown'),
  ),

  brokenBus(
    'takes "unknown" for "commit"',
    [
      'never shows what the answer rolls back',
      'asks again after "unknown", and shows nothing meanwhile',
      'tells what was answered',
      'asks nobody about what was decided',
    ],
    mistaking('unknown', 'commit'),
  ),

  brokenBus(
    'takes "unknown" for "rollback"',
    [
      'never shows what the answer rolls back',
      'asks again after "unknown", and shows nothing meanwhile',
      'tells what was answered',
      'asks nobody about what was decided',
    ],
    mistaking('unknown', 'rollback'),
  ),

  brokenBus(
    'takes a failure for "rollback"',
    ['asks again when the answer fails'],
    withAnswer((answer) => (message) => answer(message).catch(() => 'rollback')),
  ),

  brokenBus('asks about what was decided', ['asks nobody about what was decided'], (bus) => ({
    async prepare(message) {
      await bus.prepare(message);
      const commit = async () => {
        bus.broker.assertUp();
        bus.broker.store(encodeWire(message));
      };
      return { commit, rollback: async () => undefined };
    },
  })),

  brokenBus('asks the owner alone', ['asks another instance when the owner is gone'], (bus) => {
    const own = new Set<string>();
    return {
      prepare(message) {
        own.add(message.event.id);
        return bus.prepare(message);
      },
      onCheck: (topics, answer) =>
        bus.onCheck(topics, async (message) => (own.has(message.event.id) ? answer(message) : 'unknown')),
    };
  }),

  brokenBus(
    'lets no owner decide what it has asked about',
    ['shows what its owner commits although a question was answered "unknown"'],
    (bus) => {
      const asked = new Set<string>();
      return {
        prepare: withCommit(bus, async (id, prepared) => {
          if (!asked.has(id)) await prepared.commit();
        }),
        onCheck: (topics, answer) =>
          bus.onCheck(topics, (message) => {
            asked.add(message.event.id);
            return answer(message);
          }),
      };
    },
  ),

  brokenBus(
    'falls over an owner that comes late',
    ['bears an owner that commits what an answer has committed'],
    (bus) => {
      const answered = new Set<string>();
      return {
        prepare: withCommit(bus, async (id, prepared) => {
          if (answered.has(id)) throw new TypeError('undefined is not a function');
          await prepared.commit();
        }),
        onCheck: (topics, answer) =>
          bus.onCheck(topics, async (message) => {
            const given = await answer(message);
            if (given === 'commit') answered.add(message.event.id);
            return given;
          }),
      };
    },
  ),

  brokenBus(
    'knows only whom it was told of last',
    ['asks about the topics that it was told of, and several can be told of'],
    (bus) => {
      let last: CheckBack;
      return {
        onCheck(topics, answer) {
          last = answer;
          return bus.onCheck(topics, (message) => last(message));
        },
      };
    },
  ),

  brokenBus('forgets half messages when the broker goes', ['keeps half messages over an outage'], (bus) => {
    const open = new Set<PreparedMessage>();
    let isAway = false;
    bus.onNotice(({ kind }) => {
      if (kind === 'disconnected') isAway = true;
      if (kind === 'connected' && isAway) for (const prepared of open) void prepared.rollback();
    });
    return {
      async prepare(message) {
        const prepared = await bus.prepare(message);
        open.add(prepared);
        return prepared;
      },
    };
  }),
];
