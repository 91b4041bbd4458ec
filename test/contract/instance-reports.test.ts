import { brokenInstanceReports, inMemoryInstanceReports, instanceReportsContract } from '@varve/bus/testing';
import { enrol } from '../support/enrol.js';
import { provesEveryCase } from './broken-twins.js';

enrol(
  'InMemoryPublicationStore, for reports of instances,',
  instanceReportsContract,
  inMemoryInstanceReports(),
);
provesEveryCase('the rules of reports of instances', instanceReportsContract, brokenInstanceReports);
