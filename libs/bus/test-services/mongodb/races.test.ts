import type { MongoPublicationStore } from '@varve/bus/mongodb';
import type { Lease, LeaseRow } from '@varve/eventstore';
import type { Collection } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { startChild } from '../../../../test/support/children.js';
import { PublicationBench, type Place } from './bench.js';
import { race, type Won } from './race.js';

const STEPS = Number(process.env['VARVE_RACE_STEPS'] ?? 20);
const CHILD = new URL('./racer.child.ts', import.meta.url);

const isReady = (message: unknown): message is { readonly ready: true } =>
  (message as { readonly ready?: true }).ready === true;
const hasWon = (message: unknown): message is { readonly won: Won } =>
  (message as { readonly won?: Won }).won !== undefined;

/** Nobody has a lease that another one has, and each step was made once. */
function isFair(racers: readonly Won[]): boolean {
  const tokens = racers.flatMap((won) => won.tokens);
  const positions = racers.flatMap((won) => won.positions).sort((a, b) => a - b);
  const all = Array.from({ length: STEPS }, (_, index) => index + 1);
  return new Set(tokens).size === tokens.length && positions.join() === all.join();
}

describe.each(await mongoServers())('Of those who race for a lease on $name', (server) => {
  const bench = new PublicationBench(server);
  afterAll(() => bench.dispose());

  async function placeWithRow(): Promise<Place> {
    const place = bench.newPlace();
    const store = await bench.open(place);
    await store.ensureRow('relay', 'log-a');
    await store.close();
    return place;
  }

  test('in two processes one has it at a time, and each step of the checkpoint is made once', async () => {
    const place = await placeWithRow();
    const racers = ['one', 'two'].map((owner) =>
      startChild(CHILD, [JSON.stringify({ ...place, owner, steps: STEPS, callers: 3 })]),
    );
    await Promise.all(racers.map((racer) => racer.heard(isReady, 'that it is ready')));
    for (const racer of racers) racer.say('go');
    const told = racers.map(async (racer) => (await racer.heard(hasWon, 'what it has won', 60_000)).won);
    const won = await Promise.all(told);
    for (const { tokens } of won) expect(tokens.length).toBeGreaterThan(0);
    expect(isFair(won)).toBe(true);
    for (const racer of racers) expect(await racer.exited).toEqual({ code: 0, signal: null });
  });

  test.skipIf(server.name === 'ferretdb')(
    'some are found to share it where a store looks first and writes then',
    async () => {
      const place = await placeWithRow();
      const store = await bench.open(place);
      const looking = lookingFirst(store, bench.raw<Row>(place, 'relays'));
      const won = await Promise.all(
        ['one', 'two'].map((owner) => race(looking, { owner, steps: STEPS, callers: 3 })),
      );
      expect(isFair(won)).toBe(false);
      await store.close();
    },
  );
});

interface Row {
  readonly _id: string;
  readonly token: number;
  readonly heartbeat: number;
  readonly owner: string | null;
}

function lookingFirst(store: MongoPublicationStore, relays: Collection<Row>): MongoPublicationStore {
  const acquire = async (processor: string, owner: string, seen: LeaseRow): Promise<Lease | undefined> => {
    const row = await relays.findOne({ _id: processor });
    if (row?.token !== seen.token || row.heartbeat !== seen.heartbeat) return undefined;
    const token = seen.token + 1;
    await relays.updateOne({ _id: processor }, { $set: { owner, token }, $inc: { heartbeat: 1 } });
    return { processor, owner, token };
  };
  return new Proxy(store, {
    get(target, key) {
      if (key === 'acquire') return acquire;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
