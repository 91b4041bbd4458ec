export {
  On,
  Projection,
  Reactor,
  type EventReference,
  type ProjectionOptions,
  type ReactorOptions,
} from './decorators.js';
export type { Feature } from './features.js';
export { ProjectionsHealthIndicator, type ProjectionsHealth } from './projections.health.js';
export { ProjectionsModule } from './projections.module.js';
export type {
  FeatureOptions,
  ProjectionsModuleAsyncOptions,
  ProjectionsModuleOptions,
  ProjectionsOptions,
} from './projections-options.js';
export { projectionDefinitionOf } from './projection-definition-of.js';
export { ProjectorHost } from './projector-host.js';
export { getProjectorToken, getReadModelsToken, InjectProjector, InjectReadModels } from './tokens.js';
export { POSITION_HEADER, WaitFor } from './wait-for.interceptor.js';
