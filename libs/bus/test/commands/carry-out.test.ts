import { InMemoryEventStore } from '@varve/eventstore/testing';
import { StoreUnavailableError } from '@varve/eventstore';
import { describe, expect, test } from 'vitest';
import { intercepting } from '../publication/support/intercepting.js';
import { Killed, mortalStore } from './mortal-store.js';
import { aSeat, guestsOf, Instance, openTheatre, reasonsOf, told } from './theatre.js';

const FULL = { code: 'full', reason: 'Every seat is taken.' };

async function aTheatre(seats: number) {
  const log = new InMemoryEventStore();
  await openTheatre(log, seats);
  return { log, instance: new Instance(log) };
}

describe('a command', () => {
  test('is pending until it is decided; accepted, it tells its commit, for good', async () => {
    const { log, instance } = await aTheatre(1);
    expect(await instance.answers.answerOf({ id: 'c1' })).toEqual({ status: 'pending' });
    const answer = await instance.carryOut(aSeat('c1'));
    expect(answer).toMatchObject({
      status: 'accepted',
      commit: { stream: 'theatre-1', lastVersion: 2, position: 2 },
    });
    expect(await instance.carryOut(aSeat('c1'))).toEqual(answer);
    expect(await new Instance(log).answers.answerOf({ id: 'c1' })).toEqual(answer);
    expect(await guestsOf(log)).toEqual(['c1']);
  });

  test('that is refused is fenced, with its reason, for good', async () => {
    const { log, instance } = await aTheatre(0);
    const answer = await instance.carryOut(aSeat('c1'));
    expect(answer).toMatchObject({ status: 'refused', refusal: FULL });
    await openTheatre(log, 5);
    expect(await instance.carryOut(aSeat('c1'))).toEqual(answer);
    expect(await instance.answers.answerOf({ id: 'c1' })).toEqual(answer);
    expect(await log.findCommit('c1')).toEqual({ outcome: 'fenced' });
    await expect(
      log.append('theatre-1', 'any', [{ type: 'late', data: {} }], { commitId: 'c1' }),
    ).rejects.toMatchObject({
      code: 'commit-fenced',
    });
  });

  test('that is refused has its reason, however long its id is in bytes', async () => {
    const { log, instance } = await aTheatre(0);
    const [one, other] = [1, 2].map((digit) => `${'学'.repeat(255)}${digit}`) as [string, string];
    const answer = await instance.carryOut(aSeat(one));
    expect(answer).toMatchObject({ status: 'refused', refusal: FULL });
    expect(await new Instance(log).answers.answerOf({ id: one })).toEqual(answer);
    expect(await instance.answers.answerOf({ id: other })).toEqual({ status: 'pending' });
    expect(await instance.answers.refuse({ id: other }, { code: 'late', reason: 'Too late.' })).toMatchObject(
      {
        refusal: { code: 'late' },
      },
    );
  });

  test('that changes nothing is refused and says so', async () => {
    const { instance } = await aTheatre(1);
    await instance.carryOut(aSeat('c1', { guest: 'ana' }));
    expect(told(await instance.carryOut(aSeat('c2', { guest: 'ana' })))).toBe('refused: nothing-to-do');
  });

  test('stays open while the log is away, and is answered when it is back', async () => {
    const { log, instance } = await aTheatre(1);
    log.failNextCommit();
    await expect(instance.carryOut(aSeat('c1'))).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(told(await instance.answers.answerOf({ id: 'c1' }))).toBe('pending');
    expect(told(await instance.carryOut(aSeat('c1')))).toBe('accepted at 2');
  });

  test('whose append landed without an answer is accepted', async () => {
    const { log } = await aTheatre(1);
    const unsure = intercepting(log, 'append', async (append) => {
      await append();
      throw new StoreUnavailableError('the answer was lost', 'unknown');
    });
    expect(told(await new Instance(unsure, { retries: 0 }).carryOut(aSeat('c1')))).toBe('accepted at 2');
    expect(await guestsOf(log)).toEqual(['c1']);
  });

  test('keeps who is behind it in the metadata of its events', async () => {
    const { log, instance } = await aTheatre(1);
    await instance.carryOut({
      ...aSeat('c1'),
      context: { correlationId: 'r1', causationId: 'c1', actor: 'ana' },
    });
    const found = await log.findCommit('c1');
    expect(found).toMatchObject({
      commit: { events: [{ metadata: { correlationId: 'r1', causationId: 'c1', actor: 'ana' } }] },
    });
  });
});

describe('another command under the same id', () => {
  test('gets no answer of its own, and the first answer stands', async () => {
    const { log, instance } = await aTheatre(1);
    const first = aSeat('c1', { guest: 'ana', fingerprint: 'a' });
    const other = aSeat('c1', { guest: 'bob', fingerprint: 'b' });
    const answer = await instance.carryOut(first);
    expect(await instance.carryOut(other)).toEqual(answer);
    expect(await instance.answers.answerOf(first)).toEqual(answer);
    await expect(instance.answers.answerOf(other)).rejects.toMatchObject({ code: 'commit-id-reused' });
    expect(await guestsOf(log)).toEqual(['ana']);
  });

  test('is told apart from a refused one, too', async () => {
    const { instance } = await aTheatre(0);
    const answer = await instance.carryOut(aSeat('c1', { fingerprint: 'a' }));
    const other = aSeat('c1', { guest: 'bob', fingerprint: 'b' });
    expect(await instance.carryOut(other)).toEqual(answer);
    await expect(instance.answers.answerOf(other)).rejects.toMatchObject({ code: 'commit-id-reused' });
    await expect(instance.answers.refuse(other, FULL)).rejects.toMatchObject({ code: 'commit-id-reused' });
  });
});

describe('whoever refuses a command and dies behind the fence', () => {
  async function fencedWithoutReason() {
    const theatre = await aTheatre(0);
    const dying = new Instance(mortalStore(theatre.log, { diesAt: 0, when: 'after' }));
    await expect(dying.carryOut(aSeat('c1'))).rejects.toBeInstanceOf(Killed);
    return theatre;
  }

  test('has told nobody: it is pending', async () => {
    const { log, instance } = await fencedWithoutReason();
    expect(await log.findCommit('c1')).toEqual({ outcome: 'fenced' });
    expect(await instance.answers.answerOf({ id: 'c1' })).toEqual({ status: 'pending' });
  });

  test('leaves it to the next delivery to find the reason', async () => {
    const { log, instance } = await fencedWithoutReason();
    expect(await instance.carryOut(aSeat('c1'))).toMatchObject({ status: 'refused', refusal: FULL });
    expect(await reasonsOf(log, 'c1')).toEqual([FULL]);
  });

  test('has refused it also when the rules would allow it by now', async () => {
    const { log, instance } = await fencedWithoutReason();
    await openTheatre(log, 5);
    expect(told(await instance.carryOut(aSeat('c1')))).toBe('refused: commit-fenced');
    expect(await guestsOf(log)).toEqual([]);
  });
});

describe('two instances that decide differently at once', () => {
  /** Stands still before this call until it is let go. */
  function standingBefore(log: InMemoryEventStore, call: string) {
    const arrived = Promise.withResolvers<undefined>();
    const letGo = Promise.withResolvers<undefined>();
    const between = async (key: string): Promise<void> => {
      if (key !== call) return;
      arrived.resolve(undefined);
      await letGo.promise;
    };
    const answer = new Instance(mortalStore(log, { between })).carryOut(aSeat('c1'));
    return {
      arrived: arrived.promise,
      letGo: () => {
        letGo.resolve(undefined);
        return answer;
      },
    };
  }

  /** One has seen a full theatre, and the other one free seats. */
  async function both() {
    const { log } = await aTheatre(0);
    const refusing = standingBefore(log, 'fence');
    await refusing.arrived;
    await openTheatre(log, 5);
    const accepting = standingBefore(log, 'append');
    await accepting.arrived;
    return { log, refusing, accepting };
  }

  test('both tell the acceptance when the append comes first', async () => {
    const { log, refusing, accepting } = await both();
    const answers = [await accepting.letGo(), await refusing.letGo()];
    expect(answers.map(told)).toEqual(['accepted at 3', 'accepted at 3']);
    expect(await reasonsOf(log, 'c1')).toEqual([]);
  });

  test('both tell the refusal when the fence comes first', async () => {
    const { log, refusing, accepting } = await both();
    const answers = [await refusing.letGo(), await accepting.letGo()];
    expect(answers.map(told)).toEqual(['refused: full', 'refused: full']);
    expect(await guestsOf(log)).toEqual([]);
    expect(await reasonsOf(log, 'c1')).toEqual([FULL]);
  });
});
