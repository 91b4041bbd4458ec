import type { BusNotice } from '../../../transport/bus-notice.js';
import type { TwoPhaseBus } from '../../../transport/two-phase-bus.js';
import { note } from '../bench.js';
import { equal, ok, present, rejects } from '../check.js';
import { busCase } from '../harness.js';
import { Asked } from './asked.js';
import { passed, read, settles } from './deciding.js';

export const checkingBackCases = [
  busCase<TwoPhaseBus>(
    'asks about a half message that nobody decides, and shows it for "commit"',
    async (bench) => {
      const { topic, inbox } = await read(bench);
      const asked = new Asked(() => 'commit');
      await bench.bus.onCheck([topic], asked.checkBack);
      await bench.bus.prepare(note(topic, 'a'));
      await inbox.getsOnly('a');
      ok(asked.times('a') > 0, 'it came without a question');
    },
  ),

  busCase<TwoPhaseBus>('asks with the message as it was prepared', async (bench) => {
    const { topic } = await read(bench);
    const asked = new Asked(() => 'rollback');
    await bench.bus.onCheck([topic], asked.checkBack);
    const sent = note(topic, 'a', { key: 'order-Ünï/☃ 17', data: { text: 'é☃😀'.repeat(1_000) } });
    await bench.bus.prepare(sent);
    await bench.until(() => asked.times('a') > 0, 'the question');
    const { key, event } = present(asked.messages[0], 'the message');
    equal({ topic: asked.messages[0]?.topic, key, event }, sent, 'the message');
  }),

  busCase<TwoPhaseBus>('never shows what the answer rolls back', async (bench) => {
    const { topic, inbox } = await read(bench);
    const asked = new Asked((id) => (id === 'a' ? 'rollback' : 'unknown'));
    await bench.bus.onCheck([topic], asked.checkBack);
    await bench.bus.prepare(note(topic, 'a'));
    await bench.bus.prepare(note(topic, 'b'));
    // By then "a" would have been asked about again, had its answer been lost.
    await bench.until(() => asked.times('a') >= 1 && asked.times('b') >= 3, 'the questions');
    await passed(bench, topic, inbox);
    equal(inbox.ids, ['later'], 'what came');
    ok(asked.times('a') < asked.times('b'), 'it goes on asking about what was rolled back');
  }),

  busCase<TwoPhaseBus>('asks again after "unknown", and shows nothing meanwhile', async (bench) => {
    const { topic, inbox } = await read(bench);
    const asked = new Asked((_, times) => (times < 3 ? 'unknown' : 'commit'));
    let early = 0;
    await bench.bus.onCheck([topic], (message) => {
      early += inbox.ids.length;
      return asked.checkBack(message);
    });
    await bench.bus.prepare(note(topic, 'a'));
    await inbox.getsOnly('a');
    equal(
      [asked.times('a') >= 3, early],
      [true, 0],
      'whether it asked three times, and what came before that',
    );
  }),

  busCase<TwoPhaseBus>('asks again when the answer fails', async (bench) => {
    const { topic, inbox } = await read(bench);
    const asked = new Asked((_, times) => {
      if (times === 1) throw new Error('the log is away');
      return 'commit';
    });
    await bench.bus.onCheck([topic], asked.checkBack);
    await bench.bus.prepare(note(topic, 'a'));
    await inbox.getsOnly('a');
    ok(asked.times('a') >= 2, 'it took a failure for an answer');
  }),

  busCase<TwoPhaseBus>('tells what was answered', async (bench) => {
    const { topic } = await read(bench);
    const answers = new Set<string>();
    bench.bus.onNotice((notice: BusNotice) => {
      if (notice.kind === 'check-back' && notice.topic === topic) answers.add(notice.answer);
    });
    await bench.bus.onCheck([topic], new Asked((_, times) => (times === 1 ? 'unknown' : 'commit')).checkBack);
    await bench.bus.prepare(note(topic, 'a'));
    await bench.until(() => answers.has('unknown') && answers.has('commit'), 'the notices');
  }),

  busCase<TwoPhaseBus>('asks nobody about what was decided', async (bench) => {
    const { topic, inbox } = await read(bench);
    const asked = new Asked(() => 'unknown');
    await bench.bus.onCheck([topic], asked.checkBack);
    const committed = bench.bus.prepare(note(topic, 'a')).then((one) => one.commit());
    const rolledBack = bench.bus.prepare(note(topic, 'b')).then((one) => one.rollback());
    await Promise.all([committed, rolledBack]);
    await bench.bus.prepare(note(topic, 'c'));
    await bench.until(() => asked.times('c') >= 3, 'three questions about the one that is open');
    await inbox.gets('a');
    // One question may already have been on its way.
    ok(asked.times('a') <= 1 && asked.times('b') <= 1, 'it goes on asking about what was decided');
  }),

  busCase<TwoPhaseBus>('asks another instance when the owner is gone', async (bench) => {
    const { topic, inbox } = await read(bench);
    const asked = new Asked(() => 'commit');
    const owner = bench.another();
    await owner.prepare(note(topic, 'a'));
    await bench.soon(owner.close(), 'the end of the owner');
    await bench.bus.onCheck([topic], asked.checkBack);
    await inbox.getsOnly('a');
  }),

  busCase<TwoPhaseBus>(
    'shows what its owner commits although a question was answered "unknown"',
    async (bench) => {
      const { topic, inbox } = await read(bench);
      const asked = new Asked(() => 'unknown');
      await bench.bus.onCheck([topic], asked.checkBack);
      const prepared = await bench.bus.prepare(note(topic, 'a'));
      await bench.until(() => asked.times('a') > 0, 'a question');
      await prepared.commit();
      await inbox.getsOnly('a');
    },
  ),

  busCase<TwoPhaseBus>('bears an owner that commits what an answer has committed', async (bench) => {
    const { topic, inbox } = await read(bench);
    await bench.bus.onCheck([topic], new Asked(() => 'commit').checkBack);
    const prepared = await bench.bus.prepare(note(topic, 'a'));
    await inbox.gets('a');
    await settles(prepared.commit());
    await passed(bench, topic, inbox);
    equal(inbox.ids, ['a', 'later'], 'what came');
  }),

  busCase<TwoPhaseBus>(
    'asks about the topics that it was told of, and several can be told of',
    async (bench) => {
      const [one, other] = [await read(bench), await read(bench)];
      const asked = [new Asked(() => 'commit'), new Asked(() => 'commit')] as const;
      await bench.bus.onCheck([one.topic], asked[0].checkBack);
      await bench.bus.onCheck([other.topic], asked[1].checkBack);
      await bench.bus.prepare(note(one.topic, 'a'));
      await bench.bus.prepare(note(other.topic, 'b'));
      await one.inbox.getsOnly('a');
      await other.inbox.getsOnly('b');
      equal([asked[0].times('b'), asked[1].times('a')], [0, 0], 'questions about the topic of the other');
    },
  ),

  busCase<TwoPhaseBus>(
    'keeps half messages over an outage',
    async (bench) => {
      const { topic, inbox } = await read(bench);
      await bench.bus.onCheck([topic], new Asked((id) => (id === 'a' ? 'commit' : 'unknown')).checkBack);
      const witness = await bench.bus.prepare(note(topic, 'b'));
      await bench.bus.prepare(note(topic, 'a'));
      await bench.goDown();
      const codes = ['broker-unavailable', 'publish-not-confirmed'] as const;
      await rejects(
        codes,
        () => bench.soon(witness.commit(), 'the refusal'),
        'a commit while the broker is away',
      );
      await bench.comeBack();
      await inbox.gets('a');
    },
    'outage',
  ),

  busCase<TwoPhaseBus>(
    'refuses to prepare while the broker is away, soon',
    async (bench) => {
      const topic = await bench.topic('transactional');
      const prepare = (id: string) => bench.soon(bench.bus.prepare(note(topic, id)), 'the refusal');
      await prepare('a').then((one) => one.rollback());
      await bench.goDown();
      await rejects('broker-unavailable', () => prepare('b'), 'preparing while the broker is away');
    },
    'outage',
  ),
];
