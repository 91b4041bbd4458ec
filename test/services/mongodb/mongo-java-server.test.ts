import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hello } from './hello.ts';
import { startMongoJavaServer, type MongoServer } from './index.ts';

/** For who is to be refused. */
const quickly = { serverSelectionTimeoutMS: 500 };

describe('a mongo-java-server of one suite', () => {
  let server: MongoServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    vi.unstubAllEnvs();
  });

  it('answers the real driver within seconds, and says where it is', async () => {
    const began = performance.now();
    server = await startMongoJavaServer();

    expect(performance.now() - began).toBeLessThan(20_000);
    expect(server.env).toEqual({ VARVE_MONGO_JAVA_SERVER_URI: server.uri });
    expect(await answer(server.uri)).toMatchObject({ ok: 1, ismaster: true, maxWireVersion: 21 });
    expect(readFileSync(join(server.logs, 'server.log'), 'utf8')).toContain(
      'Listening on mongodb://127.0.0.1:',
    );
  });

  it('has unique indexes, and forgets everything when it is killed', async () => {
    server = await startMongoJavaServer();
    await using client = new MongoClient(server.uri);
    const rows = client.db('varve').collection('rows');
    await rows.createIndex({ name: 1 }, { unique: true }, {});
    await rows.insertOne({ name: 'one' });
    await expect(rows.insertOne({ name: 'one' })).rejects.toMatchObject({ code: 11_000 });

    await server.restart();

    expect(await rows.countDocuments()).toBe(0);
  });

  it('is gone when it was stopped', async () => {
    const { uri } = (server = await startMongoJavaServer());
    await server.stop();

    await expect(answer(uri, quickly)).rejects.toThrow('ECONNREFUSED');
  });

  it('cannot be had without Java, which the error says how to install', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('JAVA_HOME', '');

    await expect(startMongoJavaServer()).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('Install a Java runtime'),
    });
  });
});

async function answer(uri: string, options: MongoClientOptions = {}): Promise<unknown> {
  await using client = new MongoClient(uri, options);
  return await hello(client);
}
