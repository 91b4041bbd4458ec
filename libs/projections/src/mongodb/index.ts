export { MongoReadModels } from './mongo-read-models.js';
export type { ClientOfTheApp, MongoReadModelsOptions } from './options.js';
export type { MongoQuery } from './versions/mongo-query.js';
export { MongoTransaction } from './transaction/mongo-transaction.js';
