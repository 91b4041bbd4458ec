/**
 * What each part of a lib may import from its own lib (`parts`), only by `import()` or as types (`lazily`: a driver behind it may not be
 * installed), and from outside (`packages`). What is not listed is refused, so a new folder begins with an entry here.
 *
 * @typedef {{ parts?: readonly string[], lazily?: readonly string[], packages?: readonly string[] }} Part
 */

const nestPackages = ['@nestjs/*', 'rxjs', 'reflect-metadata'];

const eventstoreCore = ['log', 'schema', 'context', 'aggregate', 'processor', 'copying'];
const busCore = ['message', 'transport', 'publication', 'sequencing', 'commands'];
const projectionsCore = ['projection', 'parking'];
/** What surrounds the core may also take it from the lib's main entry, as an adapter in another package would. */
const eventstore = [...eventstoreCore, 'index'];
const bus = [...busCore, 'index'];
const projections = [...projectionsCore, 'index'];

/** @type {Readonly<Record<string, Readonly<Record<string, Part>>>>} */
export const parts = {
  eventstore: {
    log: {},
    schema: { parts: ['log'], packages: ['@standard-schema/spec'] },
    context: { parts: ['log'], packages: ['node:async_hooks'] },
    aggregate: { parts: ['log', 'schema', 'context'] },
    processor: { parts: ['log', 'schema', 'context'] },
    copying: { parts: ['log'] },
    index: { parts: eventstoreCore },
    adapter: { parts: ['log'] },
    sqlite: { parts: [...eventstore, 'adapter'], packages: ['better-sqlite3', 'node:*'] },
    mongodb: { parts: [...eventstore, 'adapter'], packages: ['mongodb', 'node:*'] },
    nest: { parts: eventstore, lazily: ['sqlite', 'mongodb'], packages: [...nestPackages, 'node:*'] },
    testing: { parts: eventstore },
  },
  bus: {
    message: { packages: ['@varve/eventstore'] },
    transport: { parts: ['message'], packages: ['@varve/eventstore'] },
    publication: { parts: ['message', 'transport'], packages: ['@varve/eventstore'] },
    sequencing: { parts: ['message', 'transport'], packages: ['@varve/eventstore'] },
    commands: { parts: ['message', 'transport'], packages: ['@varve/eventstore'] },
    index: { parts: busCore },
    memory: { parts: bus, packages: ['@varve/eventstore'] },
    rocketmq: {
      parts: bus,
      packages: ['@varve/eventstore', 'rocketmq-client-nodejs', 'rocketmq-client-nodejs/*', 'node:*'],
    },
    kafka: { parts: bus, packages: ['@varve/eventstore', 'kafkajs', 'node:*'] },
    sqlite: {
      parts: bus,
      packages: ['@varve/eventstore', '@varve/eventstore/sqlite', 'better-sqlite3', 'node:*'],
    },
    mongodb: {
      parts: bus,
      packages: ['@varve/eventstore', '@varve/eventstore/mongodb', 'mongodb'],
    },
    nest: {
      parts: bus,
      lazily: ['memory', 'rocketmq', 'kafka', 'sqlite', 'mongodb'],
      packages: ['@varve/eventstore', '@varve/eventstore/nest', ...nestPackages, 'node:*'],
    },
    testing: {
      parts: bus,
      lazily: ['memory'],
      packages: ['@varve/eventstore', '@varve/eventstore/testing'],
    },
  },
  projections: {
    projection: { parts: projectionsCore, packages: ['@varve/eventstore', '@varve/bus'] },
    parking: { parts: projectionsCore, packages: ['@varve/eventstore'] },
    index: { parts: projectionsCore },
    adapter: {},
    sqlite: {
      parts: [...projections, 'adapter'],
      packages: ['@varve/eventstore', '@varve/eventstore/sqlite', 'better-sqlite3', 'node:*'],
    },
    mongodb: {
      parts: [...projections, 'adapter'],
      packages: ['@varve/eventstore', '@varve/eventstore/mongodb', 'mongodb', 'node:*'],
    },
    nest: {
      parts: projections,
      lazily: ['sqlite', 'mongodb'],
      packages: [
        '@varve/bus',
        '@varve/bus/nest',
        '@varve/eventstore',
        '@varve/eventstore/nest',
        ...nestPackages,
        'node:*',
      ],
    },
    cli: {
      parts: projections,
      lazily: ['sqlite', 'mongodb', 'nest'],
      packages: [
        '@varve/bus',
        '@varve/bus/memory',
        '@varve/bus/nest',
        '@varve/eventstore',
        '@varve/eventstore/sqlite',
        'commander',
        'string-width',
        'node:*',
      ],
    },
    testing: {
      parts: projections,
      lazily: ['sqlite', 'mongodb'],
      packages: ['@varve/eventstore', '@varve/eventstore/testing'],
    },
  },
  http: {
    config: { packages: ['zod'] },
    problem: { packages: ['@nestjs/common', '@nestjs/core', 'node:http'] },
    server: { parts: ['config'], packages: ['@nestjs/*', 'node:http', 'node:net'] },
    health: { packages: ['node:timers/promises'] },
    index: { parts: ['health', 'problem', 'server'] },
  },
};

/** Apps use them through the adapters. */
export const drivers = ['better-sqlite3', 'kafkajs', 'mongodb', 'rocketmq-client-nodejs'];
