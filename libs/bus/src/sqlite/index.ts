export {
  publicationFileOf,
  SqlitePublicationStore,
  type SqlitePublicationStoreOptions,
} from './sqlite-publication-store.js';
