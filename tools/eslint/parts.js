/**
 * What each part of a lib may import from its own lib (`parts`), only by `import()` or as types (`lazily`: a driver behind it may not be
 * installed), and from outside (`packages`). What is not listed is refused, so a new folder begins with an entry here.
 *
 * @typedef {{ parts?: readonly string[], lazily?: readonly string[], packages?: readonly string[] }} Part
 */

const eventstoreCore = ['log', 'schema', 'context', 'aggregate', 'processor'];
const projectionsCore = ['projection', 'parking'];
const nest = ['@nestjs/*', 'rxjs', 'reflect-metadata'];

/** @type {Readonly<Record<string, Readonly<Record<string, Part>>>>} */
export const parts = {
  eventstore: {
    log: {},
    schema: { parts: ['log'], packages: ['@standard-schema/spec'] },
    context: { parts: ['log'], packages: ['node:async_hooks'] },
    aggregate: { parts: ['log', 'schema', 'context'] },
    processor: { parts: ['log', 'schema', 'context'] },
    sqlite: { parts: eventstoreCore, packages: ['better-sqlite3', 'node:*'] },
    mongodb: { parts: eventstoreCore, packages: ['mongodb', 'node:*'] },
    nest: { parts: eventstoreCore, lazily: ['sqlite', 'mongodb'], packages: [...nest, 'node:*'] },
    testing: { parts: eventstoreCore },
    index: { parts: eventstoreCore },
  },
  projections: {
    projection: { parts: projectionsCore, packages: ['@varve/eventstore'] },
    parking: { parts: projectionsCore, packages: ['@varve/eventstore'] },
    sqlite: { parts: projectionsCore, packages: ['@varve/eventstore', 'better-sqlite3', 'node:*'] },
    mongodb: { parts: projectionsCore, packages: ['@varve/eventstore', 'mongodb', 'node:*'] },
    nest: {
      parts: projectionsCore,
      lazily: ['sqlite', 'mongodb'],
      packages: ['@varve/eventstore', '@varve/eventstore/nest', ...nest, 'node:*'],
    },
    cli: {
      parts: projectionsCore,
      lazily: ['sqlite', 'mongodb', 'nest'],
      packages: ['@varve/eventstore', '@varve/eventstore/sqlite', 'commander', 'string-width', 'node:*'],
    },
    testing: { parts: projectionsCore, packages: ['@varve/eventstore', '@varve/eventstore/testing'] },
    index: { parts: projectionsCore },
  },
};

/** Apps use them through the adapters. */
export const drivers = ['better-sqlite3', 'mongodb'];
