import { mongoServers, type MongoTestServer } from '../../../../test/services/mongodb/index.js';
import { describe, test } from 'vitest';

const servers = (await mongoServers()).filter(({ capabilities }) => capabilities.transactions);

export const notRun = 'transactional mode: not run, no server with transactions; set MONGODB_URI';

/** A suite on each server that has transactions; where there is none, a skipped one that says so. */
export function describeTransactional(name: string, suite: (server: MongoTestServer) => void): void {
  if (servers.length > 0) describe.each(servers)(`${name}, on $name`, suite);
  else describe(name, () => test.skip(notRun));
}

export const hasTransactions = servers.length > 0;
