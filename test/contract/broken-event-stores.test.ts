import {
  brokenLogFillings,
  brokenMovableLogs,
  brokenEventStores,
  brokenSnapshotStores,
  brokenVerifiableLogs,
  eventStoreContract,
  logFillingContract,
  movableLogContract,
  snapshotStoreContract,
  verifiableLogContract,
} from '@varve/eventstore/testing';
import { provesEveryCase } from './broken-twins.js';

provesEveryCase('the contract of EventStore', eventStoreContract, brokenEventStores);
provesEveryCase('the contract of SnapshotStore', snapshotStoreContract, brokenSnapshotStores);
provesEveryCase('the contract of VerifiableLog', verifiableLogContract, brokenVerifiableLogs);
provesEveryCase('the contract of MovableLog', movableLogContract, brokenMovableLogs);
provesEveryCase('the contract of LogFilling', logFillingContract, brokenLogFillings);
