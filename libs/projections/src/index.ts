export * from './projection/projection.js';
export * from './projection/read-models.js';
