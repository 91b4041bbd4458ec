// Without the server: a command that only reads its variables does not wait for Nest.
export { busConfigOf, busVariables } from './bus-variables.js';
export type { BusConfig } from './bus-variables.js';
export { ConfigError, whyNotStarted } from './config-error.js';
export { readEnvironment, serverVariables, wholeNumber } from './environment.js';
export type { Environment, ServerConfig } from './environment.js';
export { mongodbVariables, mongoPlaceOf, placeOf } from './mongodb-variables.js';
export type { MongoPlace } from './mongodb-variables.js';
