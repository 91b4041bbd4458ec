import { readCommitMessage, type BusNotice, type Message, type WireMessage } from '@varve/bus';
import type { Commit, EventStore } from '@varve/eventstore';
import { Projector } from '@varve/projections';
import { afterEach, describe, expect, test } from 'vitest';
import { accounts, foldOf, rowsOf } from '../faults/support/accounts.js';
import { filesIn, openLog, openReadModels } from '../faults/support/files.js';
import { uniqueName } from '../services/index.js';
import { seeded, type Random } from '../support/random.js';
import { until } from '../support/until.js';
import { damagedWire, goodWire, isCarried, placeOf, type Place } from './fuzz/damaged-wire.js';
import { rawKafka, rawRocketMq } from './fuzz/raw-broker.js';
import { nameOf } from './parties/name-of.js';
import { patiently } from './patiently.js';

const MESSAGES = Number(process.env['VARVE_FUZZ_MESSAGES'] ?? 10_000);
const SEED = Number(process.env['VARVE_FUZZ_SEED'] ?? 20_261_121);
/** Of each message the log has, one travels undamaged among so many others. */
const OTHERS = 20;
const BATCH = 500;
const PATIENT = { timeout: 120_000 + MESSAGES * 10, interval: 250 };
/** Everything is to come over the bus. */
const FAR_BEHIND = 3_600_000;
/** Names a message among the dead letters. */
const NUMBER = 'fuzz';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Sent {
  readonly wire: WireMessage;
  readonly place: Place;
}

/** Damaged messages, and between them every commit of the log, once and whole. */
function messagesOf(
  random: Random,
  commits: readonly Commit[],
  to: Parameters<typeof goodWire>[2],
): readonly Sent[] {
  const names = new Set(commits.map(nameOf));
  const inLog = (message: Message): boolean => names.has(nameOf(readCommitMessage(message)));
  const sent: Sent[] = [];
  let next = 0;
  while (sent.length < MESSAGES) {
    const isWhole = sent.length % OTHERS === 0 && next < commits.length;
    const good = goodWire(random, isWhole ? commits[next]! : random.pick(commits), to);
    const made = isWhole ? good : damagedWire(random, good);
    const place = placeOf(made, to.logId, inLog);
    // What is damaged, and still a commit of the log, might tell other events under its numbers: nobody can tell the two apart.
    const isForgery = !place || (!isWhole && place.sequenced === 'applied');
    if (isForgery || !isCarried(made)) continue;
    if (isWhole) next += 1;
    const number = String(sent.length);
    sent.push({ wire: { ...made, key: number, headers: { ...made.headers, [NUMBER]: number } }, place });
  }
  return sent;
}

async function fill(log: EventStore, count: number): Promise<readonly Commit[]> {
  for (let n = 0; n < count; n += 1) {
    const events = [{ type: 'order.charged', data: { cents: n } }];
    await log.append(`order-${n % 20}`, 'any', events, { commitId: `commit-${n}` });
  }
  const all: Commit[] = [];
  for await (const { commits } of log.readAll(0)) all.push(...commits);
  return all;
}

const numbersWhere = (sent: readonly Sent[], is: (place: Place) => boolean): readonly string[] =>
  sent.flatMap(({ place, wire }) => (is(place) ? (wire.headers[NUMBER] ?? '') : [])).sort();

describe.each([
  { broker: 'RocketMQ', open: rawRocketMq },
  { broker: 'Kafka', open: rawKafka },
])('On $broker, of damaged, foreign and whole messages mixed', ({ open }) => {
  test(`${MESSAGES}: the whole are applied, the others end where the policy says, for a projection as for a subscriber`, async () => {
    const raw = await open();
    closing.push(() => raw.close());
    const [topic, prefix, plain] = [uniqueName('fuzz'), `${uniqueName('fuzz')}-`, uniqueName('plain')];
    const sequenced = `${prefix}accounts`;
    const groups = [plain, sequenced].map((name) => ({ name, topics: [topic], order: 'none' as const }));
    await raw.bus.setup({ topics: [{ name: topic, kind: 'plain', lanes: 4 }], groups });
    const files = filesIn();
    const [log, readModels] = [await openLog(files.logFile), await openReadModels(files.readModelsFile)];
    const commits = await fill(log, Math.floor(MESSAGES / OTHERS));
    const sent = messagesOf(seeded(SEED), commits, { logId: log.logId, topic, binding: raw.binding });

    const notices: BusNotice[] = [];
    raw.bus.onNotice((notice) => void notices.push(notice));
    const dead = (group: string): ReadonlySet<string> =>
      new Set(
        notices.flatMap((notice) =>
          notice.kind === 'dead-lettered' && notice.group === group ? (notice.key ?? '') : [],
        ),
      );
    let handled = 0;
    const subscription = await raw.bus.subscribe(
      { topics: [topic], group: plain, order: 'none', maxInFlight: 256 },
      async () => {
        handled += 1;
      },
    );
    closing.push(() => subscription.close());
    const feed = {
      bus: raw.bus,
      topics: [topic],
      groupPrefix: prefix,
      startFrom: 'earliest',
      walkBehind: FAR_BEHIND,
    } as const;
    const projector = new Projector({ log, readModels, projections: [accounts()], feed });
    closing.push(() => projector.stop());
    await projector.start();
    for (let from = 0; from < sent.length; from += BATCH)
      await raw.send(sent.slice(from, from + BATCH).map(({ wire }) => wire));

    const expected = {
      handled: numbersWhere(sent, ({ plain: place }) => place === 'handled'),
      dead: numbersWhere(sent, ({ plain: place }) => place === 'dead'),
      unapplied: numbersWhere(sent, ({ sequenced: place }) => place === 'dead'),
    };
    const fold = await foldOf(log);
    await until(async () => JSON.stringify(await rowsOf(readModels)) === JSON.stringify(fold), {
      ...PATIENT,
      what: 'every neighbour to be applied',
    });
    await until(() => handled >= expected.handled.length, {
      ...PATIENT,
      what: 'every message to be handled',
    });
    for (const [group, numbers] of [
      [plain, expected.dead],
      [sequenced, expected.unapplied],
    ] as const) {
      await until(() => dead(group).size >= numbers.length, {
        ...PATIENT,
        what: `the dead letters of ${group}`,
      });
      expect([...dead(group)].sort()).toEqual(numbers);
      const isStored = async (): Promise<boolean> => (await raw.storedDead(group)) >= numbers.length;
      await until(isStored, { ...PATIENT, what: `the dead letters of ${group} to be stored` });
      const page = await patiently(() => raw.bus.deadLetters(group).list({ limit: 100 }));
      for (const { raw: wire } of page) expect(numbers).toContain(wire.headers[NUMBER]);
    }
    await subscription.close();
    await projector.stop();
    expect(await rowsOf(readModels)).toEqual(fold);
    expect(expected.dead.length).toBeGreaterThan(MESSAGES / 10);
    expect(expected.handled.length).toBeGreaterThan(MESSAGES / 10);
  }, 600_000);
});
