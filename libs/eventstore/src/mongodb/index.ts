export { assertPlace, milliseconds, type PlaceRules, type Refusal } from './assert-place.js';
export { MongoEventStore } from './mongo-event-store.js';
export { MongoLogFilling } from './moving/mongo-log-filling.js';
export {
  codeOf,
  hasDriversName,
  isBareSocketError,
  isDuplicateKey,
  isMongoError,
  isPassing,
  problemOf,
} from './driver-errors.js';
export { untilMade } from './until-made.js';
export {
  openClient,
  type ClientErrors,
  type ClientOptions,
  type OpenedClient,
} from './connection/open-client.js';
export { watchHeartbeats, type HeartbeatOptions } from './connection/watch-heartbeats.js';
export type { ClientOfTheApp, MongoEventStoreOptions, MongoPlace } from './options.js';
export {
  MongoDocuments,
  type DocumentsOf,
  type MongoDocumentsOptions,
} from './connection/mongo-documents.js';
