import { MongoEventStore, watchHeartbeats } from '@varve/eventstore/mongodb';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { uniqueName } from '../../../../test/services/shared.js';
import { until } from '../../../../test/support/until.js';

/** What the driver keeps to itself. */
interface Insides {
  readonly topology: {
    readonly s: {
      readonly servers: ReadonlyMap<string, { readonly monitor: Monitor; requestCheck(): void }>;
    };
  };
}

interface Monitor {
  readonly connection: { readonly socket: { destroy(): void } } | null;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe.each(await mongoServers())('A client whose looks at $name hang', ({ uri }) => {
  async function connected(): Promise<{ client: MongoClient; hang: () => Promise<void> }> {
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 500 });
    closing.push(() => client.close());
    await client.connect();
    const [server] = (client as unknown as Insides).topology.s.servers.values();
    const hang = async (): Promise<void> => {
      await until(() => server!.monitor.connection !== null);
      // The look has begun, and nobody was told yet that its socket is gone.
      client.once('serverHeartbeatStarted', () => server!.monitor.connection?.socket.destroy());
      server!.requestCheck();
    };
    return { client, hang };
  }

  test('is connected anew, says so, and the store on it goes on', async () => {
    const { client, hang } = await connected();
    const warnings: string[] = [];
    const store = await MongoEventStore.connect({ client, database: uniqueName('varve-heartbeats') });
    closing.push(() => store.close());
    const end = watchHeartbeats(client, {
      longest: 200,
      logger: { warn: (line) => warnings.push(line) },
    });
    await hang();
    await until(() => warnings.length > 0);
    expect(warnings[0]).toContain('connected anew');
    const append = () => store.append('note-1', 'any', [{ type: 'note.taken', data: {} }]);
    await until(() =>
      append()
        .then(({ ok }) => ok)
        .catch(() => false),
    );
    end();
  });

  test('is left alone when its looks end', async () => {
    const { client } = await connected();
    const warnings: string[] = [];
    // Longer than a server that is busy takes to answer, and shorter than the time to the driver's next look.
    const longest = 2_000;
    const end = watchHeartbeats(client, { longest, logger: { warn: (line) => warnings.push(line) } });
    let lookedAt: number | undefined;
    client.on('serverHeartbeatSucceeded', () => (lookedAt = performance.now()));
    const [server] = (client as unknown as Insides).topology.s.servers.values();
    server!.requestCheck();
    await until(() => lookedAt !== undefined && performance.now() - lookedAt > 1.5 * longest);
    expect(warnings).toEqual([]);
    end();
  });
});
