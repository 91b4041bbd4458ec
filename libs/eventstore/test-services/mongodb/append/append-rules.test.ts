import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { MongoBench } from '../mongo-harness.js';
import { appendRules, runRule } from './append-rules.js';
import { brokenMongoStores } from './broken-writers.js';

describe.each(await mongoServers())('On $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  describe('MongoEventStore', () => {
    for (const rule of appendRules) test(rule.name, () => runRule(rule, bench));
  });

  describe('A store is noticed that', () => {
    test.each(brokenMongoStores)('$name', async ({ fails, parts }) => {
      const rule = appendRules.find(({ name }) => name === fails)!;
      await expect(runRule(rule, bench, parts)).rejects.toThrow();
    });

    test('breaks any of the rules', () => {
      expect(brokenMongoStores.map(({ fails }) => fails).sort()).toEqual(
        appendRules.map(({ name }) => name).sort(),
      );
    });
  });
});
