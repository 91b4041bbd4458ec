import { brokenAtApplying } from './applying.js';
import { brokenAtCheckpoints } from './checkpoints.js';
import { brokenAtLeases } from './leases.js';
import { brokenAtParking } from './parking.js';

/** For every case of the contracts of checkpoints, leases, parked sequences and applied versions, at least one store that fails it. */
export const brokenProcessorStores = [
  ...brokenAtCheckpoints,
  ...brokenAtLeases,
  ...brokenAtParking,
  ...brokenAtApplying,
];
