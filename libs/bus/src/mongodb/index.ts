export { MongoPublicationStore } from './mongo-publication-store.js';
export type { MongoPublicationStoreOptions } from './options.js';
export type { PublicationStep } from './publication-step.js';
