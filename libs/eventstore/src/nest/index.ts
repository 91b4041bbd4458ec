export * from './aggregate/aggregate-definition-of.js';
export {
  Aggregate,
  type AggregateClass,
  type AggregateOptions,
  type Snapshotted,
} from './aggregate/aggregate.decorator.js';
export { AggregateRoot, type ApplyOptions } from './aggregate/aggregate-root.js';
export { When, type EventReference } from './aggregate/when.decorator.js';
export { ContextInterceptor } from './context/context.interceptor.js';
export { ContextMiddleware } from './context/context.middleware.js';
export { ContextModule } from './context/context.module.js';
export type { ContextOptions, ContextRequest, ContextValues } from './context/context-options.js';
export type { EventStoreDecorator } from './module/eventstore-decorator.js';
export { EventStoreHealthIndicator, type EventStoreHealth } from './module/eventstore.health.js';
export { EventStoreModule } from './module/eventstore.module.js';
export { aggregateCategoriesOf } from './module/features.js';
export type {
  EventStoreModuleAsyncOptions,
  EventStoreModuleOptions,
  EventStoreOptions,
} from './module/eventstore-options.js';
export {
  getAggregateRepositoryToken,
  getEventRegistryToken,
  getEventStoreDecoratorToken,
  getEventStoreToken,
  InjectAggregateRepository,
  InjectEventRegistry,
  InjectEventStore,
} from './module/tokens.js';
export { VARVE_START, VarveStartModule, withoutStart } from './module/varve-start.js';
export { describeError } from './describe-error.js';
export { methodsOf } from './methods-of.js';
export { reportUnclosed, stopOnShutdown } from './shutdown.js';
