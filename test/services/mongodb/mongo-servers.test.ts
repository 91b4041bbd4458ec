import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMemoryServer } from './memory-server.ts';
import { mongoServers, ownDatabase, startMongoJavaServer } from './index.ts';
import { startMongoServers } from './mongo-servers.ts';

const servers = await mongoServers();

describe.each(servers)('the suites run on $name', ({ uri, capabilities }) => {
  const database = ownDatabase(uri);

  it('which stores what a suite writes into a database of its own', async () => {
    await using client = new MongoClient(uri);
    const rows = client.db(database).collection('rows');

    expect(await rows.countDocuments()).toBe(0);
    await rows.insertOne({ row: 1 });

    expect(await rows.countDocuments()).toBe(1);
  });

  it('which has transactions if it is said to have them', async () => {
    await using client = new MongoClient(uri);
    const rows = client.db(database).collection('accounts');
    await rows.insertOne({ account: 'one' });
    await using session = client.startSession();
    const transfer = session.withTransaction(async () => {
      await rows.insertOne({ account: 'two' }, { session });
    });

    await (capabilities.transactions ? transfer : expect(transfer).rejects.toThrow());
  });
});

it('the suites run on both servers that can be installed anywhere', () => {
  const only = process.env['VARVE_MONGODB_ONLY'] ?? 'mongo-java-server,ferretdb';

  expect(servers.map(({ name }) => name)).toEqual(expect.arrayContaining(only.split(',')));
});

describe('which servers the suites run on', () => {
  beforeEach(() => {
    vi.stubEnv('VARVE_MONGODB_ONLY', 'MONGODB_URI');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  async function started(timeout?: number): Promise<{ told: string; found: unknown }> {
    const told: string[] = [];
    const print = (text: string) => told.push(text);
    const { env, stop } = await startMongoServers(timeout === undefined ? { print } : { print, timeout });
    await stop();
    return { told: told.join('\n'), found: JSON.parse(env['servers']!) };
  }

  it('is said once, with what they can do', async () => {
    const server = await startMongoJavaServer();
    vi.stubEnv('MONGODB_URI', server.uri);

    const { told, found } = await started();
    await server.stop();

    expect(told).toMatch(/MONGODB_URI \(7\.0\.0\): event store$/);
    const capabilities = { transactions: false, changeStreams: false };
    expect(found).toEqual([{ name: 'MONGODB_URI', uri: server.uri, capabilities }]);
  });

  it('does not count one that the environment does not name', async () => {
    vi.stubEnv('MONGODB_URI', '');

    const { told, found } = await started();

    expect(told).toContain('MONGODB_URI: not used, it names no server');
    expect(found).toEqual([]);
  });

  it('is a failure where one that is named speaks something else', async () => {
    const http = createServer();
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const { port } = http.address() as AddressInfo;
    vi.stubEnv('MONGODB_URI', `mongodb://127.0.0.1:${port}/`);

    await expect(started(1_000)).rejects.toMatchObject({
      code: 'no-server',
      message: expect.stringContaining('MONGODB_URI'),
    });
    http.close();
  });

  it('counts mongodb-memory-server where it is installed and can download, and says why not elsewhere', async () => {
    const uri = 'mongodb://127.0.0.1:1/';
    const create = async () => Promise.resolve({ getUri: () => uri, stop: async () => Promise.resolve() });

    expect(
      await startMemoryServer(async () => Promise.resolve({ MongoMemoryReplSet: { create } })),
    ).toMatchObject({
      uri,
    });
    const offline = startMemoryServer(async () =>
      Promise.reject(new Error('no way to the downloads\nand more')),
    );
    expect(await offline).toEqual({ absent: 'no way to the downloads' });
  });
});
