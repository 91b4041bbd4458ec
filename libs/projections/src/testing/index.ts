export type { OpenedReadModels, ReadModelsCase, ReadModelsHarness } from './contract/harness.js';
export { readModelsContract } from './read-models.contract.js';
export {
  givenProjection,
  GivenProjection,
  type GivenProjectionOptions,
  type GivenRows,
} from './given-projection.js';
