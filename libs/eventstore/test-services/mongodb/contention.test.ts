import { afterAll, describe, expect, test } from 'vitest';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';
import { letThemWrite, type WriterReport } from './writers.js';

const processes = Number(process.env['VARVE_CONTENTION_WRITERS'] ?? 4);
const seconds = process.env['VARVE_CONTENTION_SECONDS'];
const milliseconds = Number(seconds ?? 1) * 1_000;
const modes = seconds === undefined ? (['auto'] as const) : (['auto', 'always'] as const);

describe.each(await mongoServers())('Writing processes on $name', ({ name, uri }) => {
  const bench = new MongoBench({ uri });
  afterAll(() => bench.dispose());

  test.each(modes)(
    `share the log, each of ${processes} with 16 callers, with turns taken: %s`,
    async (numberingLease) => {
      const { database, collectionPrefix } = bench.newLog();
      const log = { uri, database, collectionPrefix: collectionPrefix! };
      const store = await MongoEventStore.connect(log);
      const reports = await letThemWrite({ ...log, numberingLease, processes, callers: 16, milliseconds });
      const acknowledged = reports.reduce((sum, { commits }) => sum + commits, 0);
      const { commits, problems } = await store.verify();
      await store.close();
      tell(`${name}, ${numberingLease}`, reports);
      expect({ commits, problems }).toEqual({ commits: acknowledged, problems: [] });
      // Every caller of every writer has got something in.
      for (const report of reports) expect(report.commits).toBeGreaterThanOrEqual(16);
    },
  );
});

/** For a person who has asked for more than the rule. */
function tell(what: string, reports: readonly WriterReport[]): void {
  if (seconds === undefined) return;
  const rate = (reports.reduce((sum, { commits }) => sum + commits, 0) / milliseconds) * 1_000;
  console.log(`${what}: ${Math.round(rate)} commits/s; per writer ${JSON.stringify(reports)}`);
}
