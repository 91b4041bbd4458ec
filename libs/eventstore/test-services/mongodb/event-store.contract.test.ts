import {
  eventStoreContract,
  snapshotStoreContract,
  verifiableLogContract,
  whyNot,
  type ContractCase,
  type Lacking,
} from '@varve/eventstore/testing';
import { afterAll, describe, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

describe.each(await mongoServers())('MongoEventStore on $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());
  const harness = { open: () => bench.open() };

  enrol('keeps the rules of EventStore:', eventStoreContract, harness);
  enrol('keeps the rules of SnapshotStore:', snapshotStoreContract, harness);
  enrol('keeps the rules of VerifiableLog:', verifiableLogContract, harness);
});

function enrol<Harness>(
  what: string,
  contract: readonly ContractCase<Harness>[],
  harness: NoInfer<Harness> & Lacking,
): void {
  describe(what, () => {
    for (const rule of contract) {
      test(rule.name, async (context) => {
        const reason = whyNot(rule, harness);
        if (reason !== undefined) context.skip(reason);
        await rule.run(harness);
      });
    }
  });
}
