export { MongoReadModels } from './mongo-read-models.js';
export type {
  ClientOfTheApp,
  MongoMode,
  MongoPlace,
  MongoReadModelsOptions,
  MongoWatermarkReadModelsOptions,
} from './options.js';
export type { MongoQuery } from './versions/mongo-query.js';
export { MongoTransaction } from './transaction/mongo-transaction.js';
export { MongoWatermarkReadModels } from './watermark/mongo-watermark-read-models.js';
export type { PositionedEvent, RowIdOf, WatermarkCollection } from './watermark/watermark-collection.js';
export type { WatermarkTransaction } from './watermark/watermark-transaction.js';
export type { WatermarkQuery, WatermarkRows } from './watermark/versions/watermark-query.js';
