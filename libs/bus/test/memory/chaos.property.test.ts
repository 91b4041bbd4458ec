import { isBusError, type Message, type MessageContext } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus, type MemoryChaosOptions } from '@varve/bus/memory';
import { describe, expect, test } from 'vitest';
import { seeded } from '../../../../test/support/random.js';
import { VirtualTime } from './virtual-time.js';

const RUNS = Number(process.env['VARVE_CHAOS_RUNS'] ?? 60);
const MESSAGES = 60;

function chaosOf(seed: number): MemoryChaosOptions {
  const random = seeded(seed);
  const some = () => random.below(30) / 100;
  return {
    seed,
    dropConfirmation: some(),
    dropRequest: some(),
    duplicate: some(),
    redeliver: some(),
    splitGroup: some(),
    restart: some() / 3,
    ...(random.chance(0.5) ? { reorder: some(), delay: some() } : {}),
  };
}

function aMessage(topic: string, n: number): Message {
  return {
    topic,
    key: `order-${n % 7}`,
    event: { specversion: '1.0', id: String(n), source: '/s', type: 't', data: n },
  };
}

function aBroker(seed: number) {
  const time = new VirtualTime();
  const transactions = { timeout: 20, checkInterval: 20, maxChecks: 1_000_000 };
  const broker = new MemoryBroker({ timers: time.timers, now: time.now, chaos: chaosOf(seed), transactions });
  broker.createTopic({ name: 'plain', kind: 'ordered' });
  broker.createTopic({ name: 'half', kind: 'transactional' });
  const random = seeded(seed + 1);
  const bus = () => new MemoryMessageBus({ broker, random: () => random.below(1_000) / 1_000 });
  return { time, broker, random, bus, dead: new Set<MemoryMessageBus>() };
}

/** Tries for as long as the broker cannot be reached. */
async function stubbornly<T>(time: VirtualTime, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusError(error, 'broker-unavailable')) throw error;
      await passing(time, 7);
    }
  }
}

function passing(time: VirtualTime, milliseconds: number): Promise<void> {
  return new Promise((resolve) => time.timers.after(milliseconds, resolve));
}

/** Takes its time, so that crashes and outages find messages in hand, and fails now and then. */
function slowly(
  { time, random, dead }: ReturnType<typeof aBroker>,
  bus: MemoryMessageBus,
  seen: Set<string>,
) {
  return async ({ event }: Message, { signal }: MessageContext): Promise<void> => {
    await passing(time, random.below(15));
    // What a superseded handler has done does not count, and a killed one does nothing more.
    if (dead.has(bus)) await new Promise<never>(() => undefined);
    if (signal.aborted) return;
    if (random.chance(0.1)) throw new Error('failed on purpose');
    seen.add(event.id);
  };
}

const seeds = Array.from({ length: RUNS }, (_, i) => 1_000 + i);
const forEver = { onFailure: 'retry-for-ever', retry: { firstDelay: 5, maxDelay: 20 } } as const;

describe('Whatever goes wrong within the process,', () => {
  test.each(seeds)('no confirmed message is lost (seed %i)', async (seed) => {
    const given = aBroker(seed);
    const { time, bus, dead } = given;
    const [publisher, one, other] = [bus(), bus(), bus()];
    const seen = new Set<string>();
    const confirmed = new Set<string>();
    let isPublished = false;
    const work = async (): Promise<void> => {
      for (const consumer of [one, other]) {
        await stubbornly(time, () =>
          consumer.subscribe({ topics: ['plain'], group: 'g', ...forEver }, slowly(given, consumer, seen)),
        );
      }
      for (let n = 0; n < MESSAGES; n++) {
        if (n === MESSAGES / 2) {
          dead.add(one);
          one.crash();
        }
        const outcome = await publisher.publish([aMessage('plain', n)]).then(
          () => 'confirmed',
          () => 'unknown',
        );
        if (outcome === 'confirmed') confirmed.add(String(n));
        else await passing(time, 5);
      }
      isPublished = true;
    };
    const working = work();
    await time.runUntil(() => isPublished && [...confirmed].every((id) => seen.has(id)));
    await working;
    expect(confirmed.size).toBeGreaterThan(0);
  });

  test.each(seeds)('a committed half message is seen and a rolled-back one never (seed %i)', async (seed) => {
    const given = aBroker(seed);
    const { time, random, bus } = given;
    const [owner, answering, consumer] = [bus(), bus(), bus()];
    // As the log would: decided before anybody is told, and the same for all who ask.
    const log = new Map<string, 'commit' | 'rollback'>();
    const seen = new Set<string>();
    let isPrepared = false;
    const work = async (): Promise<void> => {
      await stubbornly(time, () =>
        answering.onCheck(['half'], async ({ event }) => log.get(event.id) ?? 'unknown'),
      );
      await stubbornly(time, () =>
        consumer.subscribe(
          { topics: ['half'], group: 'g', order: 'none', ...forEver },
          slowly(given, consumer, seen),
        ),
      );
      for (let n = 0; n < MESSAGES; n++) {
        const id = String(n);
        const prepared = await owner.prepare(aMessage('half', n)).catch(() => undefined);
        // A half message that is not known to be there: nothing is appended, and a check-back says so.
        log.set(id, prepared && random.chance(0.6) ? 'commit' : 'rollback');
        if (!prepared) await passing(time, 5);
        if (!prepared || random.chance(0.3)) continue;
        await passing(time, random.below(50));
        await (log.get(id) === 'commit' ? prepared.commit() : prepared.rollback()).catch(() => undefined);
      }
      isPrepared = true;
    };
    const working = work();
    const committed = () => [...log].filter(([, decision]) => decision === 'commit').map(([id]) => id);
    await time.runUntil(
      () => isPrepared && committed().every((id) => seen.has(id)) && owner.broker.halfMessages.open === 0,
    );
    await working;
    expect([...seen].filter((id) => log.get(id) !== 'commit')).toEqual([]);
    expect(committed().length).toBeGreaterThan(0);
  });
});

test('The same seed meets the same mishaps', async () => {
  const run = async (seed: number): Promise<string> => {
    const { time, random, bus } = aBroker(seed);
    const [publisher, consumer] = [bus(), bus()];
    const said: string[] = [];
    let isDone = false;
    const work = async (): Promise<void> => {
      await stubbornly(time, () =>
        consumer.subscribe({ topics: ['plain'], group: 'g', ...forEver }, async ({ event }, { attempt }) => {
          said.push(`${time.now()} ${event.id}/${attempt}`);
          if (random.chance(0.1)) throw new Error('failed on purpose');
        }),
      );
      for (let n = 0; n < 30; n++)
        await stubbornly(time, () => publisher.publish([aMessage('plain', n)]).catch(unconfirmed));
      isDone = true;
    };
    const working = work();
    await time.runUntil(() => isDone);
    await working;
    return said.join('\n');
  };
  expect(await run(4_711)).toBe(await run(4_711));
  expect(await run(4_711)).not.toBe(await run(4_712));
});

function unconfirmed(error: unknown): void {
  if (!isBusError(error, 'publish-not-confirmed')) throw error;
}
