import {
  brokenEventStores,
  brokenSnapshotStores,
  brokenVerifiableLogs,
  eventStoreContract,
  snapshotStoreContract,
  verifiableLogContract,
} from '@varve/eventstore/testing';
import { provesEveryCase } from './broken-twins.js';

provesEveryCase('the contract of EventStore', eventStoreContract, brokenEventStores);
provesEveryCase('the contract of SnapshotStore', snapshotStoreContract, brokenSnapshotStores);
provesEveryCase('the contract of VerifiableLog', verifiableLogContract, brokenVerifiableLogs);
