export { BusHealthIndicator, type BusHealthResult } from './module/bus.health.js';
export type { BusHost } from './module/bus-host.js';
export { busHostsOf } from './module/bus-hosts-of.js';
export { BusModule } from './module/bus.module.js';
export type {
  BusModuleAsyncOptions,
  BusModuleOptions,
  BusOptions,
  SubscriberFeatureOptions,
} from './module/bus-options.js';
export { getBusHostToken, getMessageBusToken, InjectMessageBus } from './module/tokens.js';
export type { PublicationHost } from './publication/publication-host.js';
export type { BusPublicationOptions } from './publication/publication-options.js';
export { OnMessage, type EventContext, type EventReference } from './subscriber/on-message.decorator.js';
export { Subscriber, type SubscriberOptions } from './subscriber/subscriber.decorator.js';
export type { SubscriberStatus } from './subscriber/running-subscriber.js';
export { LogEndpointModule } from './log-endpoint/log-endpoint.module.js';
export type { LogEndpointOptions } from './log-endpoint/log-endpoint-options.js';
