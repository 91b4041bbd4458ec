import { eventStoreContract, snapshotStoreContract, verifiableLogContract } from '@varve/eventstore/testing';
import { afterAll, describe } from 'vitest';
import { enrol } from '../../../../test/support/enrol.js';
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
