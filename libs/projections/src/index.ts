export * from './projection/define-projection.js';
export * from './projection/define-reactor.js';
export * from './projection/errors.js';
export * from './projection/projection.js';
export * from './projection/read-models.js';
export * from './projection/version-id.js';
