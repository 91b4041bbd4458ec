export { publicationFileOf, SqlitePublicationStore } from './sqlite-publication-store.js';
export type { SqlitePublicationStoreOptions } from './options.js';
