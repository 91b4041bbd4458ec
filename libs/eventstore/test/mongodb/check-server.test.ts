import { MongoServerError, type Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { checkServer } from '../../src/mongodb/connection/check-server.js';
import type { Collections } from '../../src/mongodb/connection/mongo-log.js';

interface Answers {
  readonly hello: Document | Error;
  readonly isMaster?: Document;
  readonly collStats?: Document;
  readonly majorityRead?: Error;
}

const PRIMARY = { isWritablePrimary: true, maxWireVersion: 21, maxBsonObjectSize: 16_777_216 };

/** What servers have been documented to answer, where no such server can be had here. */
function serverThat({ hello, isMaster, collStats, majorityRead }: Answers): Collections {
  const command = (asked: Document): Promise<Document> => {
    const answer = 'hello' in asked ? hello : 'isMaster' in asked ? isMaster : collStats;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? {});
  };
  const findOne = (): Promise<null> => (majorityRead ? Promise.reject(majorityRead) : Promise.resolve(null));
  return {
    database: { command },
    commits: { collectionName: 'varve_commits', findOne },
  } as unknown as Collections;
}

const serverError = (code: number) => new MongoServerError({ message: 'no', code });

const REFUSED: readonly [what: string, answers: Answers, code: string, told: RegExp][] = [
  [
    'that is too old',
    { hello: { ...PRIMARY, maxWireVersion: 7 } },
    'store-incompatible',
    /MongoDB 4\.2 or later/,
  ],
  [
    'that is a secondary',
    { hello: { ...PRIMARY, isWritablePrimary: false } },
    'invalid-options',
    /no primary.*leave out "directConnection"/,
  ],
  [
    'that serves no majority reads',
    { hello: PRIMARY, majorityRead: serverError(148) },
    'store-incompatible',
    /no majority reads.*enableMajorityReadConcern/,
  ],
  [
    'on which the log is a sharded collection',
    { hello: { ...PRIMARY, msg: 'isdbgrid' }, collStats: { sharded: true } },
    'store-incompatible',
    /sharded collection.*never shard it/,
  ],
];

describe('A server', () => {
  test.each(REFUSED)('%s is refused, with the reason', async (_, answers, code, told) => {
    await expect(checkServer(serverThat(answers), 'db1/shop')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(told) as string,
    });
  });

  test('of a replica set tells of changes; one that stands alone does not', async () => {
    const inSet = await checkServer(serverThat({ hello: { ...PRIMARY, setName: 'rs0' } }), 'db1/shop');
    const alone = await checkServer(serverThat({ hello: PRIMARY }), 'db1/shop');
    expect([inSet.changeStreams, alone.changeStreams]).toEqual([true, false]);
  });

  test('behind a router keeps the log on one shard', async () => {
    const router = { hello: { ...PRIMARY, msg: 'isdbgrid' }, collStats: { sharded: false } };
    expect(await checkServer(serverThat(router), 'db1/shop')).toMatchObject({ changeStreams: true });
  });

  test('that knows no "hello" is asked as servers were before', async () => {
    const old = {
      hello: serverError(59),
      isMaster: { ismaster: true, maxWireVersion: 9, maxBsonObjectSize: 1_000 },
    };
    expect(await checkServer(serverThat(old), 'db1/shop')).toEqual({
      maxDocumentBytes: 1_000,
      changeStreams: false,
    });
  });
});
