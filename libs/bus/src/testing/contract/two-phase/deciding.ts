import { isBusError } from '../../../transport/errors.js';
import type { TwoPhaseBus } from '../../../transport/two-phase-bus.js';
import { note, type BusBench } from '../bench.js';
import { equal, ok, present, rejects } from '../check.js';
import { busCase } from '../harness.js';
import type { Inbox } from '../inbox.js';

/** A transactional topic and somebody who reads it. */
export async function read(bench: BusBench<TwoPhaseBus>): Promise<{ topic: string; inbox: Inbox }> {
  const topic = await bench.topic('transactional');
  return { topic, inbox: await bench.listen({ topics: [topic], order: 'none' }) };
}

/** Resolves when a later message has come, so that an earlier one would have, too. */
export async function passed(bench: BusBench<TwoPhaseBus>, topic: string, inbox: Inbox): Promise<void> {
  const later = await bench.bus.prepare(note(topic, 'later'));
  await later.commit();
  await inbox.gets('later');
}

export const decidingCases = [
  busCase<TwoPhaseBus>('says that it has two phases', async ({ bus }) => {
    equal(bus.capabilities.twoPhase, true, 'its capability');
  }),

  busCase<TwoPhaseBus>('shows a half message to nobody until it is committed', async (bench) => {
    const { topic, inbox } = await read(bench);
    const prepared = await bench.bus.prepare(note(topic, 'a'));
    await passed(bench, topic, inbox);
    equal(inbox.ids, ['later'], 'what came before the commit');
    await prepared.commit();
    await inbox.getsOnly('later', 'a');
  }),

  busCase<TwoPhaseBus>('never shows what was rolled back', async (bench) => {
    const { topic, inbox } = await read(bench);
    const prepared = await bench.bus.prepare(note(topic, 'a'));
    await prepared.rollback();
    await passed(bench, topic, inbox);
    equal(inbox.ids, ['later'], 'what came');
  }),

  busCase<TwoPhaseBus>('hands a committed message over as it was prepared', async (bench) => {
    const { topic, inbox } = await read(bench);
    const key = 'order-Ünï/☃ 17';
    const { topic: _, ...sent } = note(topic, 'a', { key, data: { text: 'é☃😀'.repeat(1_000) } });
    const prepared = await bench.bus.prepare({ topic, ...sent });
    await prepared.commit();
    await inbox.gets('a');
    const message = present(inbox.find('a'), 'the message');
    equal({ key: message.key, event: message.event }, sent, 'the message');
    equal(message.topic, topic, 'its topic');
  }),

  busCase<TwoPhaseBus>('decides each of many half messages on its own', async (bench) => {
    const { topic, inbox } = await read(bench);
    const ids = Array.from({ length: 20 }, (_, i) => `n${i}`);
    const prepared = await Promise.all(ids.map((id) => bench.bus.prepare(note(topic, id))));
    await Promise.all(prepared.map((one, i) => (i % 2 === 0 ? one.commit() : one.rollback())));
    await passed(bench, topic, inbox);
    await inbox.getsOnly('later', ...ids.filter((_, i) => i % 2 === 0));
  }),

  busCase<TwoPhaseBus>('takes a second commit for nothing worse than a duplicate', async (bench) => {
    const { topic, inbox } = await read(bench);
    const prepared = await bench.bus.prepare(note(topic, 'a'));
    await prepared.commit();
    await settles(prepared.commit());
    await inbox.getsOnly('a');
  }),

  busCase<TwoPhaseBus>('refuses a half message that is too large', async (bench) => {
    const { topic, inbox } = await read(bench);
    const large = note(topic, 'large', { data: 'x'.repeat(bench.bus.capabilities.maxBytes) });
    await rejects('message-too-large', () => bench.bus.prepare(large), 'a half message that is too large');
    await passed(bench, topic, inbox);
    equal(inbox.ids, ['later'], 'what came');
  }),

  busCase<TwoPhaseBus>('refuses a half message for an unknown topic, soon', async (bench) => {
    const prepare = () => bench.soon(bench.bus.prepare(note(bench.unusedName(), 'a')), 'the refusal');
    const refusal = await rejects('broker-refused', prepare, 'an unknown topic');
    equal(refusal['why'], 'unknown-topic', 'the reason');
  }),

  busCase<TwoPhaseBus>('refuses a half message for a topic of another kind', async (bench) => {
    const topic = await bench.topic('ordered');
    const prepare = () => bench.soon(bench.bus.prepare(note(topic, 'a')), 'the refusal');
    const refusal = await rejects('broker-refused', prepare, 'an ordered topic');
    equal(refusal['why'], 'wrong-topic-type', 'the reason');
  }),

  busCase<TwoPhaseBus>('refuses to prepare once it is closed', async (bench) => {
    const topic = await bench.topic('transactional');
    await bench.soon(bench.bus.close(), 'closing');
    await rejects('bus-closed', () => bench.bus.prepare(note(topic, 'a')), 'preparing');
  }),
];

/** Best effort: it may be refused, but only by the bus's own errors. */
export async function settles(work: Promise<void>): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  ok(error === undefined || isBusError(error), `it threw ${String(error)}`);
}
