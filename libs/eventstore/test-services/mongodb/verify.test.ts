import type { Collection, Document } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

type Commits = Collection<Document & { readonly _id: number | string }>;

/** What somebody with a shell, or a bad disk, does to the log; and what is then found. */
const DAMAGE: readonly [
  what: string,
  damage: (commits: Commits) => Promise<unknown>,
  found: readonly string[],
][] = [
  [
    'a commit that was deleted',
    (commits) => commits.deleteOne({ _id: 3 }),
    ['hole 3 Positions 3 to 3 are missing.', 'hole 5 The stream "note-1" goes from version 2 to 5.'],
  ],
  [
    'a version that was changed',
    (commits) => commits.updateOne({ _id: 5 }, { $set: { firstVersion: 4 } }),
    ['overlap 5 The stream "note-1" goes from version 4 to 4.', 'undecodable 5'],
  ],
  [
    'a text that is cut off',
    (commits) => commits.updateOne({ _id: 2 }, { $set: { events: '[{' } }),
    ['undecodable 2'],
  ],
  [
    'types that are not the events’',
    (commits) => commits.updateOne({ _id: 2 }, { $set: { types: ['x'] } }),
    ['damaged 2 The types beside the events are not those of the events.'],
  ],
  [
    'a stream that is not listed',
    (commits) => commits.updateOne({ _id: 1 }, { $set: { listed: 'x' } }),
    ['damaged 1 The stream "note-1" is not in the list of streams.'],
  ],
  [
    'a wrong category',
    (commits) => commits.updateOne({ _id: 2 }, { $set: { category: 'x' } }),
    ['damaged 2 The stream "note-2" is in the category "x".'],
  ],
  [
    'an index that was dropped, and an id that is fenced as well',
    async (commits) => {
      await commits.dropIndex('commit_id');
      await commits.insertOne({ _id: 'fence:c1', commitId: 'c1', stream: null, firstVersion: 'c1' });
    },
    [
      'damaged 0 The index "commit_id" on (commitId) is missing.',
      'fenced-and-committed 1 The commit id "c1" is fenced as well.',
    ],
  ],
];

describe.each(await mongoServers())('verify() on $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  test.each(DAMAGE)('finds %s', async (_, damage, found) => {
    const { store, options, dispose } = await bench.open();
    const noted = { type: 'note.taken', data: {} };
    await store.append('note-1', 'any', [noted, noted], { commitId: 'c1' });
    for (const stream of ['note-2', 'note-1', 'note-2', 'note-1']) {
      await store.append(stream, 'any', [noted, noted].slice(0, stream === 'note-2' ? 1 : 2));
    }
    await damage(bench.client.db(bench.database).collection(`${options.collectionPrefix}commits`));
    const { problems } = await store.verify();
    const told = problems.map(({ kind, position, message }) => `${kind} ${position} ${message}`);
    expect(told).toHaveLength(found.length);
    for (const [i, one] of found.entries()) expect(told[i]).toContain(one);
    await dispose();
  });
});
