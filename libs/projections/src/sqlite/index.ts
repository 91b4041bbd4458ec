export { SqliteReadModels, type SqliteReadModelsOptions } from './sqlite-read-models.js';
export { SqliteTransaction, type SqlValue } from './sqlite-transaction.js';
export { SqliteQuery } from './versions/sqlite-query.js';
