import { appendCases } from './event-store/append.js';
import { closeStreamCases } from './event-store/close-stream.js';
import { commitIdCases } from './event-store/commit-id.js';
import { expectedVersionCases } from './event-store/expected-version.js';
import { fenceCases } from './event-store/fence.js';
import { followCases } from './event-store/follow.js';
import type { EventStoreCase } from './event-store/harness.js';
import { jsonCases } from './event-store/json.js';
import { lifeCases, storageFailureCases } from './event-store/life.js';
import { listStreamsCases } from './event-store/list-streams.js';
import { readAllCases } from './event-store/read-all.js';
import { readStreamCases } from './event-store/read-stream.js';

/** The rules of `EventStore`. An adapter that passes them may be used wherever the port is. */
export const eventStoreContract: readonly EventStoreCase[] = [
  ...appendCases,
  ...expectedVersionCases,
  ...commitIdCases,
  ...fenceCases,
  ...closeStreamCases,
  ...readStreamCases,
  ...readAllCases,
  ...followCases,
  ...listStreamsCases,
  ...jsonCases,
  ...lifeCases,
  ...storageFailureCases,
];
