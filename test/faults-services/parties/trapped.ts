import {
  readCommitMessage,
  type CheckBack,
  type Message,
  type MessageBus,
  type PreparedMessage,
  type TwoPhaseBus,
} from '@varve/bus';
import type { SqlitePublicationStore } from '@varve/bus/sqlite';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { say } from '../../support/say.ts';
import type { HalfStory, Publication } from './orders.ts';
import { nameOf } from './name-of.ts';
import type { Traps } from './traps.ts';

const tell = (story: HalfStory): void => say(story);

/** Something as it is, but for some of its methods. */
export function replacing<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(of, key) {
      if (Object.hasOwn(methods, key)) return Reflect.get(methods, key) as unknown;
      const value: unknown = Reflect.get(of, key, of);
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });
}

/** A command that is tried again has several, each at its own time. */
const nameOfHalf = (message: Message): string =>
  `${nameOf(readCommitMessage(message))} of ${String(message.event['preparedat'])}`;

/** The bus as the publisher of two-phase commits sees it. */
export function ownersBus(bus: TwoPhaseBus, traps: Traps): TwoPhaseBus {
  return replacing(bus, {
    async prepare(message) {
      await traps.at('prepare', 'before');
      const prepared = await bus.prepare(message);
      tell({ half: nameOfHalf(message) });
      await traps.at('prepare', 'after');
      return decidedBy(prepared, message, traps);
    },
    onCheck: (topics, answer) => bus.onCheck(topics, checked(answer, traps)),
  });
}

function decidedBy(prepared: PreparedMessage, message: Message, traps: Traps): PreparedMessage {
  const decided = nameOfHalf(message);
  return {
    commit: () =>
      traps.around('commit', async () => {
        await prepared.commit();
        tell({ decided, as: 'commit', by: 'owner' });
      }),
    async rollback() {
      tell({ dropping: decided });
      await prepared.rollback();
      tell({ decided, as: 'rollback', by: 'owner' });
    },
  };
}

function checked(answer: CheckBack, traps: Traps): CheckBack {
  return async (message) => {
    await traps.at('check-back', 'before');
    const as = await answer(message);
    if (as !== 'unknown') tell({ decided: nameOfHalf(message), as, by: 'check-back' });
    return as;
  };
}

/** The bus as the relay, or the sweep, sees it. */
export function relaysBus<Bus extends MessageBus>(bus: Bus, traps: Traps): Bus {
  const publish: MessageBus['publish'] = (messages, options) =>
    traps.around('publish', () => bus.publish(messages, options));
  const methods: Partial<TwoPhaseBus> = { publish };
  if (isTwoPhase(bus)) methods.prepare = (message) => prepareSwept(bus, message, traps);
  return replacing(bus, methods as Partial<Bus>);
}

function isTwoPhase(bus: MessageBus): bus is TwoPhaseBus {
  return bus.capabilities.twoPhase;
}

async function prepareSwept(bus: TwoPhaseBus, message: Message, traps: Traps): Promise<PreparedMessage> {
  await traps.at('publish', 'before');
  const prepared = await bus.prepare(message);
  return {
    async commit() {
      await prepared.commit();
      await traps.at('publish', 'after');
    },
    rollback: () => prepared.rollback(),
  };
}

/**
 * `confirm` is what follows the broker's confirmation: the relay's checkpoint moves, or the confirmation of a two-phase commit is recorded.
 */
export function trappedPublicationStore(
  store: SqlitePublicationStore,
  traps: Traps,
  publication: Publication,
): SqlitePublicationStore {
  if (publication === 'relay') return replacing(store, savingAt('confirm', store, traps));
  return replacing(store, {
    recordConfirmed: (of, confirmed) => traps.around('confirm', () => store.recordConfirmed(of, confirmed)),
  });
}

export function trappedReadModels(readModels: SqliteReadModels, traps: Traps): SqliteReadModels {
  return replacing(readModels, savingAt('checkpoint', readModels, traps));
}

type Save = (tx: object, ...moved: readonly never[]) => boolean | Promise<boolean>;
type Transaction = (processor: string, work: (tx: object) => unknown) => Promise<unknown>;

/** Before the checkpoint is written in its transaction, and after that is committed. */
function savingAt<Store extends SqliteReadModels | SqlitePublicationStore>(
  step: 'confirm' | 'checkpoint',
  store: Store,
  traps: Traps,
): Partial<Store> {
  const real = store as unknown as { readonly save: Save; readonly transaction: Transaction };
  let isSaved = false;
  const save: Save = async (...request) => {
    await traps.at(step, 'before');
    isSaved = true;
    return real.save(...request);
  };
  const transaction: Transaction = async (...request) => {
    const value = await real.transaction(...request);
    if (isSaved) await traps.at(step, 'after');
    isSaved = false;
    return value;
  };
  return { save, transaction } as unknown as Partial<Store>;
}
