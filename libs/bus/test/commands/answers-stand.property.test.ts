import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { EventStore } from '@varve/eventstore';
import { CommandAnswers, commandRefused } from '@varve/bus';
import type { Asked, CommandAnswer, ReceivedCommand, Refusal } from '@varve/bus';
import { describe, expect, test } from 'vitest';
import { seededRandom, wholeBetween } from '../../../../test/support/seeded-random.js';
import { Killed, mortalStore } from './mortal-store.js';
import { aSeat, guestsOf, Instance, openTheatre, reasonsOf, told } from './theatre.js';
import type { InstanceOptions } from './theatre.js';

const SEATS = 3;
const ROUNDS = Number(process.env['VARVE_COMMAND_ROUNDS'] ?? 150);
const commands = Array.from({ length: 8 }, (_, n) => aSeat(`c${n}`));

/** Everything that anybody was told, ever. */
class Told {
  readonly #answers = new Map<string, string>();

  hears(id: string, answer: string): void {
    if (answer === 'pending') return;
    const before = this.#answers.get(id) ?? answer;
    expect(answer, `the answer to ${id}`).toBe(before);
    this.#answers.set(id, answer);
  }

  get count(): number {
    return this.#answers.size;
  }

  get accepted(): number {
    return [...this.#answers.values()].filter((each) => each.startsWith('accepted')).length;
  }
}

async function deliver(instance: Instance, command: ReceivedCommand, everybody: Told): Promise<void> {
  try {
    everybody.hears(command.id, told(await instance.carryOut(command)));
  } catch (error) {
    if (!(error instanceof Killed) && (error as { code?: unknown }).code !== 'concurrency-conflict')
      throw error;
  }
}

async function expectAllWell(log: InMemoryEventStore, everybody: Told): Promise<void> {
  const { answers } = new Instance(log);
  for (const { id } of commands) {
    const answer = await answers.answerOf({ id });
    everybody.hears(id, told(answer));
    expect(await reasonsOf(log, id)).toHaveLength(answer.status === 'refused' ? 1 : 0);
  }
  expect(everybody.count).toBe(commands.length);
  const guests = await guestsOf(log);
  expect(guests).toHaveLength(everybody.accepted);
  expect(guests.length).toBeLessThanOrEqual(SEATS);
}

describe.each(['before', 'after'] as const)('killed %s a write', (when) => {
  test.each([true, false])(
    'at any of them, in turn %s: the next instance completes every answer',
    async (inTurn) => {
      for (let diesAt = 0; ; diesAt++) {
        const log = new InMemoryEventStore();
        await openTheatre(log, SEATS);
        const everybody = new Told();
        const dying = new Instance(mortalStore(log, { diesAt, when }), { inTurn });
        for (const command of commands) await deliver(dying, command, everybody);
        const hasSurvived = everybody.count === commands.length;
        const next = new Instance(log, { inTurn });
        for (const command of commands) await deliver(next, command, everybody);
        await expectAllWell(log, everybody);
        if (hasSurvived) break;
      }
    },
  );
});

/** Three instances that die, repeat and overtake one another, while the rules come to allow what they forbade before. */
async function randomRound(seed: number, answersFrom?: InstanceOptions['answersFrom']): Promise<void> {
  const random = seededRandom(seed);
  const log = new InMemoryEventStore();
  const everybody = new Told();
  const someTurns = async (most = 12): Promise<void> => {
    for (let turns = wholeBetween(random, 0, most); turns > 0; turns--) await Promise.resolve();
  };
  const instances = Array.from({ length: 3 }, () => {
    const when = random() < 0.5 ? 'before' : 'after';
    const store = mortalStore(log, { diesAt: wholeBetween(random, 0, 12), when, between: () => someTurns() });
    return new Instance(store, { inTurn: random() < 0.5, ...(answersFrom && { answersFrom }) });
  });
  const deliveries = instances.flatMap((instance) => commands.map((command) => ({ instance, command })));
  deliveries.sort(() => random() - 0.5);
  const opens = async (): Promise<void> => {
    for (let seats = 1; seats <= SEATS; seats++) {
      await someTurns(40);
      await openTheatre(log, seats);
    }
  };
  const handedOver = deliveries.map(async ({ instance, command }) => {
    await someTurns(60);
    await deliver(instance, command, everybody);
  });
  await Promise.all([opens(), ...handedOver]);
  const last = new Instance(log);
  for (const command of commands) await deliver(last, command, everybody);
  await expectAllWell(log, everybody);
}

async function randomRounds(answersFrom?: InstanceOptions['answersFrom']): Promise<void> {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    await randomRound(seed, answersFrom).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    });
  }
}

test(
  `in ${ROUNDS} random rounds of three instances that die, repeat and overtake one another, no answer ever changes`,
  () => randomRounds(),
  30_000 + 50 * ROUNDS,
);

describe('the rounds notice', () => {
  /** Does it in the wrong way, on the log of its instance. */
  function broken(refuse: (log: EventStore, id: string, refusal: Refusal) => Promise<CommandAnswer>) {
    return (log: EventStore): CommandAnswers =>
      new (class extends CommandAnswers {
        override refuse({ id }: Asked, refusal: Refusal): Promise<CommandAnswer> {
          return refuse(log, id, refusal);
        }
      })(log);
  }

  test('a refusal that is told without a fence', async () => {
    const withoutFence = broken(async (log, id, refusal) => {
      await log.append(`command-${id}`, 'no-stream', [commandRefused.create(refusal)]);
      return { status: 'refused', refusal, at: new Date(0) };
    });
    await expect(randomRounds(withoutFence)).rejects.toThrow('seed');
  });

  test('a reason that is told whatever the fence has found', async () => {
    const blind = broken(async (log, id, refusal) => {
      await log.fence(id);
      await log.append(`command-${id}`, 'no-stream', [commandRefused.create(refusal)]);
      return { status: 'refused', refusal, at: new Date(0) };
    });
    await expect(randomRounds(blind)).rejects.toThrow('seed');
  });

  test('a reason that stands before the fence', async () => {
    const reasonFirst = broken(async (log, id, refusal) => {
      await log.append(`command-${id}`, 'no-stream', [commandRefused.create(refusal)]);
      return new CommandAnswers(log).refuse({ id }, refusal);
    });
    await expect(randomRounds(reasonFirst)).rejects.toThrow('seed');
  });
});
