import { beforeAll, describe, expect, test } from 'vitest';
import { transpile } from '../../docs/compile.js';
import { readPage } from '../../docs/markdown.js';
import { runSnippet } from '../../docs/run-snippet.js';
import { snippetFiles } from '../../docs/snippet-files.js';
import { temporaryFolder } from '../../support/temp-dir.js';
import { databaseOfTest } from './database-of-test.js';
import { mongoServers } from './mongo-servers.js';

const files = snippetFiles(readPage('docs/guides/mongodb.md'));
const onAll = files.filter(({ runs }) => runs === 'mongodb');
const transactional = files.filter(({ runs }) => runs === 'mongodb-with-transactions');

beforeAll(() => {
  transpile(files);
});

describe.each(await mongoServers())(
  'the guide "MongoDB in production", on $name',
  ({ uri, capabilities }) => {
    test('has scripts for each server, and for those with transactions', () => {
      expect([onAll.length, transactional.length]).toEqual([5, 1]);
    });

    for (const file of [...onAll, ...transactional])
      test(`${file.name} runs and prints what the page says`, async (context) => {
        if (transactional.includes(file) && !capabilities.transactions)
          context.skip('the server has no transactions; set MONGODB_URI');
        const env = { MONGODB_URI: uri, MONGODB_DATABASE: databaseOfTest(uri, 'varve-guide') };
        expect(await runSnippet(file, { cwd: temporaryFolder(), env })).toBe(file.prints?.trimEnd() ?? '');
      });
  },
);
