import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { hello } from './hello.ts';
import { startFerretDb, type MongoServer } from './index.ts';

/** A server that has just come back may be busy; those who write when it is killed wait for it as long. */
const patiently = { serverSelectionTimeoutMS: 5_000 };
/** For who is to be refused. */
const quickly = { serverSelectionTimeoutMS: 500 };

interface Row {
  readonly _id: number;
  readonly count: number;
}

describe('a FerretDB of one suite', () => {
  const data = mkdtempSync(join(tmpdir(), 'varve-ferretdb-'));
  let server: MongoServer;
  let client: MongoClient;

  beforeAll(async () => {
    server = await startFerretDb({ data });
    client = new MongoClient(server.uri, patiently);
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
    rmSync(data, { recursive: true });
  });

  const rows = () => client.db('varve').collection<Row>('rows');

  it('answers the real driver, and says where it is', async () => {
    expect(server.env).toEqual({ VARVE_FERRETDB_URI: server.uri });
    expect(await hello(client)).toMatchObject({ ok: 1, isWritablePrimary: true });
  });

  it('loses no update of many at once', async () => {
    await rows().insertOne({ _id: 0, count: 0 });

    const updates = Array.from({ length: 200 }, () => rows().updateOne({ _id: 0 }, { $inc: { count: 1 } }));
    await Promise.all(updates);

    expect(await rows().findOne()).toEqual({ _id: 0, count: 200 });
  });

  it('keeps what it has acknowledged when it is killed under load', async () => {
    const acknowledged: number[] = [];
    const write = async (from: number) => {
      for (let n = from; ; n += 8) {
        await rows().insertOne({ _id: n, count: n });
        acknowledged.push(n);
      }
    };
    const writers = Array.from({ length: 8 }, (_, index) => write(index + 1).catch(() => undefined));
    await until(() => acknowledged.length > 100, { what: 'writes' });

    await server.kill();
    await Promise.all(writers);
    await using refused = new MongoClient(server.uri, quickly);
    await expect(refused.db('varve').command({ ping: 1 })).rejects.toThrow(/ECONNREFUSED|ECONNRESET|closed/);
    await server.restart();

    const kept = new Set((await rows().find().toArray()).map(({ _id }) => _id));
    expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  });

  it('answers nobody while it is frozen, and everybody afterwards', async () => {
    await server.pause();
    const asking = new MongoClient(server.uri, { ...quickly, socketTimeoutMS: 300 });
    const asked = asking.db('varve').command({ ping: 1 });
    await expect(asked.finally(() => server.resume())).rejects.toThrow();
    await asking.close();

    expect(await rows().countDocuments()).toBeGreaterThan(100);
  });

  it('starts with the data that another one left in its folder', async () => {
    await server.stop();

    server = await startFerretDb({ data });
    await client.close();
    client = new MongoClient(server.uri, patiently);

    expect(await rows().findOne({ _id: 0 })).toEqual({ _id: 0, count: 200 });
  });

  it('cannot be had without Go, which the error says how to install', async () => {
    vi.stubEnv('VARVE_SERVICES_CACHE', temporaryFolder());
    vi.stubEnv('PATH', '');

    await expect(startFerretDb()).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('Install Go'),
    });
    vi.unstubAllEnvs();
  });
});
