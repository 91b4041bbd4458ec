import { deepStrictEqual } from 'node:assert/strict';
import type { Commit } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { MongoClient } from 'mongodb';
import { assertExactlyOnce, assertNumbersWithoutGap, digestOf } from '../../faults/support/whole-log.ts';
import { uniqueName } from '../../services/shared.ts';
import type { Trap } from '../../services/mongodb/wire/index.ts';
import { seeded, type Random } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import type { MongoStage, StageServer, StoryServer } from './mongo-stage.ts';
import type { LogAddress } from './orders.ts';
import { PATIENCE, ReaderParty, WriterParty } from './parties.ts';

/** So many things go wrong in one log: enough of them to meet, and few enough for a log that is read quickly. */
export const ROUNDS_PER_STORY = 7;
/** Commits of each writer before a fault, and as many after it. */
const ALLOWED = 16;
/** Milliseconds for which a writer tries to append: shorter than an outage, so that outcomes become unknown. */
const APPEND_TIMEOUT = 2_000;

export interface WritersStory {
  readonly server: StoryServer;
  readonly writers: number;
  readonly seed: number;
  readonly rounds?: number;
}

export interface StoryEnd {
  readonly commits: number;
  readonly faults: readonly string[];
  /** Appends that ended without an answer, each of which was found out by its commit id. */
  readonly unknown: number;
}

type Fault = (story: Scene) => Promise<void>;

interface Scene {
  readonly server: StageServer;
  readonly writers: readonly WriterParty[];
  readonly random: Random;
}

/**
 * Writers, the server and the network between them fail while 16 callers a process append; then what is in the log must be what each writer
 * was told, once each, without a gap, and as a reader saw it that looked every 3 ms.
 *
 * @throws Error saying what differs
 */
export async function tellWritersStory(stage: MongoStage, story: WritersStory): Promise<StoryEnd> {
  const server = await stage.server(story.server);
  const log = { uri: server.uri, database: uniqueName('varve-writers') };
  await (await MongoEventStore.connect(log)).close();
  const reader = await ReaderParty.following(stage.readers, log);
  // One client after the other: whoever gives up asks for each of its appends what became of it, which takes longer than to write them.
  const appendTimeout = APPEND_TIMEOUT * (story.server === 'ferretdb' ? story.writers : 1);
  const writers = Array.from({ length: story.writers }, (_, index) => {
    // Every other one by the proxy, so that not all of them are hindered at once.
    const address = { ...log, ...(index % 2 === 0 && { uri: server.proxy.uri }), appendTimeout };
    return new WriterParty(stage.writers, address, `writer${index}`);
  });
  const faults = await hinder({ server, writers, random: seeded(story.seed) }, story);
  await Promise.all(writers.map(async (writer) => writer.finish()));

  const commits = await readLog(log);
  assertExactlyOnce(commits, writers);
  assertNumbersWithoutGap(commits);
  deepStrictEqual(await reader.sawUpTo(commits.length), digestOf(commits));
  await drop(log);
  return { commits: commits.length, faults, unknown: sumOf(writers.map(({ unknown }) => unknown)) };
}

async function hinder(scene: Scene, { rounds = ROUNDS_PER_STORY }: WritersStory): Promise<readonly string[]> {
  const { server, writers, random } = scene;
  const names = Object.keys(faults).filter((name) => name !== 'the server is killed' || server.mortal);
  const happened: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const name = random.pick(names);
    const seen = writers.map(({ told }) => told);
    for (const writer of writers) writer.allow(ALLOWED);
    const number = random.below(writers.length);
    await writers[number]!.hasWritten(seen[number]! + random.below(ALLOWED / 2));
    await faults[name]!(scene);
    server.proxy.clear();
    happened.push(name);
    await goesOn(writers);
  }
  return happened;
}

/** Somebody is told of a commit that was sent after what has happened. */
async function goesOn(writers: readonly WriterParty[]): Promise<void> {
  const told = writers.map((writer) => writer.told);
  for (const writer of writers) writer.allow(ALLOWED);
  await until(() => writers.some((writer, index) => writer.told > told[index]!), {
    timeout: PATIENCE,
    what: 'writers that go on',
  });
}

const faults: Readonly<Record<string, Fault>> = {
  'a writer is killed': async ({ writers, random }) => random.pick(writers).kill(),

  'half of the writers are killed at once': async ({ writers, random }) => {
    const offset = random.below(2);
    const chosen = writers.filter((_, index) => writers.length === 1 || index % 2 === offset);
    await Promise.all(chosen.map(async (writer) => writer.kill()));
  },

  'the server is killed': async ({ server }) => server.mortal!.restart(),

  'an answer is swallowed': async (scene) => trapped(scene, 'swallow', 1),

  'three answers in a row are swallowed': async (scene) => trapped(scene, 'swallow', 3),

  'a command is lost': async (scene) => trapped(scene, 'cut', 1),

  'all connections break': async ({ server }) => {
    server.proxy.cut();
    return Promise.resolve();
  },

  'a writer is killed while the answer to it is held': async (scene) => {
    const { server, writers } = scene;
    const trap = server.proxy.on({ command: 'insert', where: isAppend }, { does: 'hold-answer' });
    await untilCaught(trap, 1, writers);
    await writers[0]!.kill();
    trap.release();
  },
};

async function trapped(
  { server, writers, random }: Scene,
  does: 'swallow' | 'cut',
  times: number,
): Promise<void> {
  const nth = 1 + random.below(4);
  const trap = server.proxy.on({ command: 'insert', where: isAppend, nth, times }, { does });
  await untilCaught(trap, times, writers);
}

/** Writers may have appended what they were allowed to before there was a trap. */
async function untilCaught(trap: Trap, times: number, writers: readonly WriterParty[]): Promise<void> {
  const look = (): boolean => {
    for (const writer of writers) writer.allow(1);
    return trap.caught.length >= times;
  };
  await until(look, { timeout: PATIENCE, interval: 50, what: `${times} appends` });
}

function isAppend(body: { readonly insert?: string }): boolean {
  return body.insert === 'varve_commits';
}

async function readLog(log: LogAddress): Promise<readonly Commit[]> {
  const store = await MongoEventStore.connect({ ...log, create: false });
  try {
    deepStrictEqual((await store.verify()).problems, []);
    const commits: Commit[] = [];
    for await (const batch of store.readAll(0)) commits.push(...batch.commits);
    return commits;
  } finally {
    await store.close();
  }
}

async function drop({ uri, database }: LogAddress): Promise<void> {
  const client = new MongoClient(uri);
  await client.db(database).dropDatabase();
  await client.close();
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
