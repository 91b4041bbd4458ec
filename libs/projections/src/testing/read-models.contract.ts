import { droppingCases } from './contract/dropping.js';
import type { ReadModelsCase } from './contract/harness.js';
import { momentCases } from './contract/moments.js';
import { switchingCases } from './contract/switching.js';
import { versionCases } from './contract/versions.js';

/** The rules of `ReadModels`, beside those of checkpoints, leases and parked sequences in `@varve/eventstore/testing`. */
export const readModelsContract: readonly ReadModelsCase[] = [
  ...versionCases,
  ...switchingCases,
  ...droppingCases,
  ...momentCases,
];
