import type { Message } from '../../../message/message.js';
import type { DeadLetter } from '../../../transport/dead-letters.js';
import { MessageRejectedError } from '../../../transport/errors.js';
import { names, note, notes, type BusBench } from '../bench.js';
import { equal, ok, present, rejects } from '../check.js';
import { busCase } from '../harness.js';
import type { Inbox } from '../inbox.js';

interface Given {
  readonly topic: string;
  readonly inbox: Inbox;
  readonly letters: readonly DeadLetter[];
  /** From now on the handler takes everything. */
  readonly mend: () => void;
}

/** A group that has given up on so many messages. */
async function givenUpOn(bench: BusBench, count: number, topic?: string): Promise<Given> {
  const name = topic ?? (await bench.topic());
  let isBroken = true;
  const handling = ({ event }: Message): void => {
    if (isBroken && event.id.startsWith('bad')) throw new MessageRejectedError('refused for good');
  };
  const inbox = await bench.listen({ topics: [name] }, handling);
  // One by one, so that they are given up on in this order.
  for (const [i, message] of notes(name, count, 'bad').entries()) {
    await bench.bus.publish([message]);
    await bench.until(() => inbox.subscription.status().deadLettered > i, `dead letter ${i + 1}`);
  }
  const list = () => bench.bus.deadLetters(inbox.group).list();
  await bench.until(async () => (await list()).length >= count, `${count} dead letters`);
  return { topic: name, inbox, letters: await list(), mend: () => void (isBroken = false) };
}

const idsOf = (letters: readonly DeadLetter[]): (string | undefined)[] =>
  letters.map(({ message }) => message?.event.id);

export const deadLetterCases = [
  busCase('lists dead letters from the oldest, page by page, and leaves them', async (bench) => {
    const { inbox, letters } = await givenUpOn(bench, 5);
    const dead = bench.bus.deadLetters(inbox.group);
    equal(idsOf(letters).toSorted(), names(5, 'bad'), 'all of them');
    const first = await dead.list({ limit: 2 });
    const second = await dead.list({ limit: 2, after: present(first.at(-1), 'the first page').id });
    const third = await dead.list({ limit: 2, after: present(second.at(-1), 'the second page').id });
    equal(idsOf([...first, ...second, ...third]), idsOf(letters), 'the pages');
    equal([first.length, second.length, third.length], [2, 2, 1], 'the lengths of the pages');
    equal(idsOf(await dead.list()), idsOf(letters), 'the list afterwards');
  }),

  busCase('lists on behind a dead letter that was settled meanwhile', async (bench) => {
    const { inbox, letters } = await givenUpOn(bench, 4);
    const dead = bench.bus.deadLetters(inbox.group);
    const [, last] = await dead.list({ limit: 2 });
    const { id } = present(last, 'the first page');
    equal(await dead.discard(id), true, 'the answer');
    await bench.until(async () => (await dead.list()).length === 3, 'its end');
    equal(idsOf(await dead.list({ limit: 2, after: id })), idsOf(letters.slice(2)), 'the page behind it');
  }),

  busCase('finds a dead letter with all that is known of it', async (bench) => {
    const { inbox, letters, topic } = await givenUpOn(bench, 2);
    const letter = present(
      letters.find(({ message }) => message?.event.id === 'bad2'),
      'bad2',
    );
    const found = present(await bench.bus.deadLetters(inbox.group).find(letter.id), 'the dead letter');
    const { event } = note(topic, 'bad2');
    equal(found.message, { topic, key: 'key-bad2', event }, 'its message');
    equal(
      [found.id, found.group, found.topic, found.key],
      [letter.id, inbox.group, topic, 'key-bad2'],
      'its place',
    );
    ok(
      found.reason === undefined || found.reason.includes('refused for good'),
      `its reason is "${found.reason}"`,
    );
  }),

  busCase('publishes a dead letter again and takes it away', async (bench) => {
    const { inbox, letters, mend } = await givenUpOn(bench, 2);
    const dead = bench.bus.deadLetters(inbox.group);
    mend();
    const letter = present(
      letters.find(({ message }) => message?.event.id === 'bad1'),
      'bad1',
    );
    equal(await dead.retry(letter.id), true, 'the answer');
    await inbox.gets('bad1');
    await bench.until(async () => (await dead.list()).length === 1, 'its end');
    equal(idsOf(await dead.list()), ['bad2'], 'what is left');
    equal(
      inbox.find('bad1'),
      inbox.messages.findLast(({ event }) => event.id === 'bad1'),
      'the message',
    );
  }),

  busCase('discards a dead letter, and no other', async (bench) => {
    const { inbox, letters, topic, mend } = await givenUpOn(bench, 3);
    const dead = bench.bus.deadLetters(inbox.group);
    mend();
    const letter = present(
      letters.find(({ message }) => message?.event.id === 'bad2'),
      'bad2',
    );
    equal(await dead.discard(letter.id), true, 'the answer');
    await bench.until(async () => (await dead.list()).length === 2, 'its end');
    equal(idsOf(await dead.list()).toSorted(), ['bad1', 'bad3'], 'what is left');
    await bench.bus.publish([note(topic, 'good')]);
    await inbox.gets('good');
    equal(inbox.handled.includes('bad2'), false, 'whether it came again');
  }),

  busCase('answers for a dead letter that is no longer there', async (bench) => {
    const { inbox, letters } = await givenUpOn(bench, 1);
    const dead = bench.bus.deadLetters(inbox.group);
    const { id } = present(letters[0], 'the dead letter');
    await dead.discard(id);
    equal(
      [await dead.retry(id), await dead.discard(id), await dead.find(id)],
      [false, false, undefined],
      'the answers',
    );
  }),

  busCase('refuses a page of dead letters that is none', async (bench) => {
    const group = await bench.group([await bench.topic()]);
    for (const limit of [0, 1_001, 1.5]) {
      await rejects('invalid-options', () => bench.bus.deadLetters(group).list({ limit }), `${limit} a page`);
    }
  }),

  busCase('keeps the dead letters of two groups apart', async (bench) => {
    const one = await givenUpOn(bench, 1);
    const other = await bench.listen({ topics: [one.topic] });
    await other.gets('bad1');
    equal(await bench.bus.deadLetters(other.group).list(), [], 'those of the group that failed nothing');
  }),
];
