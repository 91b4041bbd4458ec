import { brokenAtCheckpoints } from './checkpoints.js';
import { brokenAtLeases } from './leases.js';
import { brokenAtParking } from './parking.js';

/** For every case of the contracts of checkpoints, leases and parked sequences, at least one store that fails it. */
export const brokenProcessorStores = [...brokenAtCheckpoints, ...brokenAtLeases, ...brokenAtParking];
