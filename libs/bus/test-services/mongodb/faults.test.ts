import {
  readCommitMessage,
  Relay,
  TwoPhasePublisher,
  twoPhaseEventStore,
  type RelayOptions,
} from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import type { MongoPublicationStore } from '@varve/bus/mongodb';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { unconfirmed, WireProxy, type WireSelector } from '../../../../test/services/mongodb/wire/index.js';
import { until } from '../../../../test/support/until.js';
import { PublicationBench, type Place } from './bench.js';

const OF = { relay: 'relay', logId: 'log-a' };
const placed = [{ type: 'order.placed', data: { pieces: 1 } }];

/** The update of a relay's document that sets `field`. */
const setting = (field: string): WireSelector => ({
  command: 'update',
  where: ({ updates }) => field in ((updates as { u: { $set?: object } }[])[0]?.u.$set ?? {}),
});
const confirming: WireSelector = {
  command: 'update',
  where: ({ update }) => String(update).endsWith('confirmed'),
};

describe.each(await mongoServers())(
  'What publication notes on $name, through a network in trouble,',
  (server) => {
    const bench = new PublicationBench(server);
    let proxy: WireProxy;
    beforeAll(async () => {
      proxy = await WireProxy.open(server.uri);
    });
    afterAll(async () => {
      await proxy.close();
      await bench.dispose();
    });

    let place: Place;
    let log: InMemoryEventStore;
    let bus: MemoryMessageBus;
    let store: MongoPublicationStore;
    let seen: string[];
    beforeEach(async () => {
      place = bench.newPlace();
      log = new InMemoryEventStore();
      bus = new MemoryMessageBus();
      seen = [];
      await bus.subscribe({ topics: ['order'], group: 'reader' }, async (message) => {
        const { stream, lastVersion } = readCommitMessage(message);
        seen.push(`${stream} ${lastVersion}`);
      });
      store = await through();
    });
    afterEach(async () => {
      proxy.admit();
      proxy.clear();
      await store.close();
      await bus.close();
    });

    /** On a client that soon looks again for a server that it has lost. */
    function through(commandTimeout = 2_000): Promise<MongoPublicationStore> {
      const uri = new URL(proxy.uri);
      uri.searchParams.set('heartbeatFrequencyMS', '500');
      return bench.another({ ...place, uri: uri.href }, { commandTimeout });
    }

    function relayOn(of: MongoPublicationStore, options: Partial<RelayOptions> = {}): Relay {
      return new Relay({ bus, log, store: of, owner: 'one', leaseDuration: 300, ...options });
    }

    async function append(commits: number): Promise<string[]> {
      const names: string[] = [];
      for (let n = 0; n < commits; n += 1) {
        const appended = await log.append(`order-${n % 3}`, 'any', placed);
        if (appended.ok) names.push(`${appended.commit.stream} ${appended.commit.lastVersion}`);
      }
      return names;
    }

    test('is not believed while no majority has it', async () => {
      await store.ensureRow('relay', 'log-a');
      const from = (await store.load('relay'))!;
      proxy.on(setting('position'), unconfirmed);
      const saving = store.transaction('relay', (step) =>
        store.save(step, 'relay', from, { logId: 'log-a', position: 1 }),
      );
      await expect(saving).rejects.toMatchObject({
        code: 'store-unavailable',
        retryable: true,
        written: 'unknown',
        message: expect.stringMatching(/^The publication store .*confirmed by a majority/) as string,
      });
      proxy.on(confirming, unconfirmed);
      const recording = store.recordConfirmed(OF, [{ position: 1, commitId: 'c1' }]);
      await expect(recording).rejects.toMatchObject({ code: 'store-unavailable' });
    });

    test('is waited for as long as one command may take', async () => {
      const impatient = await through(300);
      proxy.on({ command: 'find' }, { does: 'hold' });
      await expect(impatient.load('relay')).rejects.toMatchObject({
        code: 'store-unavailable',
        message: expect.stringContaining('"commandTimeout"') as string,
      });
      proxy.clear();
      await impatient.close();
    });

    const lost: readonly [what: string, selector: WireSelector][] = [
      ['a step', setting('position')],
      ['a lease', setting('owner')],
      ['a new row', { command: 'insert' }],
    ];
    for (const [what, selector] of lost) {
      for (const does of ['swallow', 'cut'] as const) {
        test(`publishes each commit once when ${does === 'cut' ? 'the request for' : 'the answer about'} ${what} is lost`, async () => {
          const appended = await append(5);
          const trap = proxy.on(selector, { does });
          const relay = relayOn(store);
          relay.start();
          await until(() => relay.status().state === 'caught-up', { what: 'the relay at the head' });
          await relay.stop();
          expect(trap.caught.length).toBeGreaterThan(0);
          expect([...seen].sort()).toEqual([...appended].sort());
          expect(await store.load('relay')).toMatchObject({ position: 5 });
        });
      }
    }

    test('has every confirmation although the answer about some is lost, and nothing is swept', async () => {
      const categories = { order: 'two-phase' } as const;
      const publisher = new TwoPhasePublisher({ bus, log, store, categories });
      await publisher.start();
      const orders = twoPhaseEventStore(log, publisher);
      const trap = proxy.on(confirming, { does: 'swallow' });
      for (let n = 0; n < 3; n += 1) {
        await orders.append(`order-${n}`, 'no-stream', placed);
        await publisher.flush();
      }
      expect(trap.caught).toHaveLength(1);
      const of = { relay: 'relay', logId: log.logId };
      expect((await store.confirmedBetween(of, 0, 3)).map(({ position }) => position)).toEqual([1, 2, 3]);
      const relay = relayOn(store, { categories, sweepAfter: 1 });
      expect(await relay.runUntilCaughtUp()).toMatchObject({ kind: 'caught-up', position: 3 });
      expect(relay.status()).toMatchObject({ relayed: 0, swept: 0 });
      await relay.stop();
      await publisher.close();
    });

    test('stands still while the server is away, appends go on, and all of it is published when it is back', async () => {
      const relay = relayOn(store);
      const before = await append(2);
      relay.start();
      await until(() => relay.status().state === 'caught-up');
      proxy.refuse();
      const during = await append(3);
      await until(() => relay.status().state === 'unavailable', { what: 'a relay that says so' });
      expect(relay.status().error).toMatchObject({ code: 'store-unavailable' });
      proxy.admit();
      await until(() => relay.status().position === 5, { what: 'the relay at the head', timeout: 30_000 });
      await relay.stop();
      expect([...new Set(seen)].sort()).toEqual([...before, ...during].sort());
    });

    test.skipIf(server.name === 'ferretdb')(
      'leaves nothing unpublished, and no stream out of order, with two relays and a fault every few commands',
      async () => {
        const other = await through();
        const faults = ['swallow', 'cut'] as const;
        for (let nth = 3; nth < 80; nth += 7)
          proxy.on({ command: ['update', 'find'], nth }, { does: faults[nth % 2]! });
        const batch = { initial: 3, max: 3 };
        const relays = [relayOn(store, { batch }), relayOn(other, { batch, owner: 'two' })];
        for (const relay of relays) relay.start();
        const appended = await append(30);
        await until(async () => (await bench.raw<Row>(place, 'relays').findOne())?.position === 30, {
          what: 'the checkpoint at the head',
          timeout: 60_000,
        });
        await Promise.all(relays.map((relay) => relay.stop()));
        const first = [...new Set(seen)];
        for (const stream of ['order-0', 'order-1', 'order-2'])
          expect(first.filter((one) => one.startsWith(stream))).toEqual(
            appended.filter((one) => one.startsWith(stream)),
          );
        await other.close();
      },
    );
  },
);

interface Row {
  readonly _id: string;
  readonly position: number;
}
