import type { Message } from '../../../message/message.js';
import { MessageRejectedError } from '../../../transport/errors.js';
import type { BusNotice } from '../../../transport/bus-notice.js';
import { names, note, notes, type BusBench } from '../bench.js';
import { equal, ok } from '../check.js';
import { busCase } from '../harness.js';

const QUICK = { firstDelay: 1, maxDelay: 10 } as const;

/** Fails for the message `bad` as often as it says. */
function failing(times: number): (message: Message) => void {
  let failed = 0;
  return ({ event }) => {
    if (event.id === 'bad' && failed++ < times) throw new Error(`failed on purpose, ${failed}`);
  };
}

function refusing({ event }: Message): void {
  if (event.id.startsWith('bad')) throw new MessageRejectedError('refused for good');
}

async function deadIn(bench: BusBench, group: string): Promise<string[]> {
  const letters = await bench.bus.deadLetters(group).list();
  return letters.map(({ message }) => message?.event.id ?? 'unreadable');
}

export const failingCases = [
  busCase('tries a failing message again, and counts', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic], retry: QUICK }, failing(2));
    await bench.bus.publish([note(topic, 'bad')]);
    await inbox.gets('bad');
    equal(inbox.attempts.get('bad')?.slice(0, 3), [1, 2, 3], 'the attempts');
  }),

  busCase('waits before it tries again', async (bench) => {
    const topic = await bench.topic();
    const times: number[] = [];
    const handling = (): void => {
      if (times.push(performance.now()) === 1) throw new Error('failed on purpose');
    };
    const retry = { firstDelay: 1_000, maxDelay: 1_000 };
    const inbox = await bench.listen({ topics: [topic], retry }, handling);
    await bench.bus.publish([note(topic, 'bad')]);
    await inbox.gets('bad');
    ok((times[1] ?? 0) - (times[0] ?? 0) >= 99, 'it was tried again at once');
  }),

  busCase('gives up on a message after as many retries as the policy says', async (bench) => {
    const topic = await bench.topic();
    const retry = { ...QUICK, retries: 2 };
    const inbox = await bench.listen({ topics: [topic], retry }, failing(1_000));
    await bench.bus.publish([note(topic, 'bad'), note(topic, 'good')]);
    await inbox.gets('good');
    await bench.until(async () => (await deadIn(bench, inbox.group)).length > 0, 'the dead letter');
    equal(await deadIn(bench, inbox.group), ['bad'], 'the dead letters');
    equal(inbox.attempts.get('bad'), [1, 2, 3], 'the attempts');
  }),

  busCase('gives up at once on what a handler refuses for good', async (bench) => {
    const topic = await bench.topic();
    const inbox = await bench.listen({ topics: [topic], retry: QUICK }, refusing);
    await bench.bus.publish([note(topic, 'bad', { key: 'k' }), note(topic, 'good', { key: 'k' })]);
    await inbox.gets('good');
    await bench.until(async () => (await deadIn(bench, inbox.group)).length > 0, 'the dead letter');
    equal(await deadIn(bench, inbox.group), ['bad'], 'the dead letters');
    equal(inbox.attempts.get('bad'), [1], 'the attempts');
  }),

  busCase('drops what a handler refuses for good where the policy says so', async (bench) => {
    const topic = await bench.topic();
    const notices: BusNotice[] = [];
    bench.bus.onNotice((notice) => notices.push(notice));
    const inbox = await bench.listen({ topics: [topic], onPoison: 'drop' }, refusing);
    await bench.bus.publish([note(topic, 'bad', { key: 'k' }), note(topic, 'good', { key: 'k' })]);
    await inbox.gets('good');
    await bench.until(() => notices.some(({ kind }) => kind === 'message-dropped'), 'the notice');
    equal(await deadIn(bench, inbox.group), [], 'the dead letters');
    equal(inbox.attempts.get('bad'), [1], 'the attempts');
  }),

  busCase('never gives up on a message that is to be tried for ever', async (bench) => {
    const topic = await bench.topic();
    const retry = { ...QUICK, retries: 1 };
    const options = { topics: [topic], retry, onFailure: 'retry-for-ever' } as const;
    const inbox = await bench.listen(options, failing(4));
    await bench.bus.publish([note(topic, 'bad')]);
    await inbox.gets('bad');
    equal(inbox.attempts.get('bad')?.length, 5, 'the number of attempts');
    equal(await deadIn(bench, inbox.group), [], 'the dead letters');
  }),

  busCase(
    'sets aside what is no CloudEvent, and loses none of its neighbours',
    async (bench) => {
      const topic = await bench.topic();
      const options = { topics: [topic], onFailure: 'retry-for-ever' } as const;
      const inbox = await bench.listen(options);
      await bench.bus.publish(notes(topic, 5, 'a'));
      for (const body of ['no JSON at all', '{"hello":"world"}', '[1]']) {
        await bench.sendRaw({
          topic,
          key: 'k',
          headers: { 'x-from': 'elsewhere' },
          body: new TextEncoder().encode(body),
        });
      }
      await bench.bus.publish(notes(topic, 5, 'b'));
      await inbox.getsOnly(...names(5, 'a'), ...names(5, 'b'));
      await bench.until(async () => (await deadIn(bench, inbox.group)).length >= 3, 'the dead letters');
      const letters = await bench.bus.deadLetters(inbox.group).list();
      const bodies = letters.map(({ raw }) => new TextDecoder().decode(raw.body));
      equal(bodies.toSorted(), ['[1]', 'no JSON at all', '{"hello":"world"}'], 'the bodies');
      equal([...new Set(letters.map(({ errorCode }) => errorCode))], ['message-rejected'], 'the reason');
    },
    'sendRaw',
  ),

  busCase('tells whoever listens what failed', async (bench) => {
    const topic = await bench.topic();
    const kinds = new Set<string>();
    const stop = bench.bus.onNotice((notice) => {
      if ('group' in notice && notice.group === inbox.group && notice.topic === topic) kinds.add(notice.kind);
    });
    const retry = { ...QUICK, retries: 1 };
    const inbox = await bench.listen({ topics: [topic], retry }, failing(1_000));
    await bench.bus.publish([note(topic, 'bad')]);
    await bench.until(() => kinds.has('retrying') && kinds.has('dead-lettered'), 'both notices');
    stop();
  }),
];
