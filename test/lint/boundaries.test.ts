import { describe, expect, test } from 'vitest';
import { complaints, lintOfSyntax } from './seeded-lint.js';

const eslint = lintOfSyntax();

function refuses(title: string, file: string, code: string, complaint: string): void {
  test(title, async () => {
    expect(await complaints(eslint, file, code)).toContainEqual(expect.stringContaining(complaint));
  });
}

function accepts(title: string, file: string, code: string): void {
  test(title, async () => {
    expect(await complaints(eslint, file, code)).toEqual([]);
  });
}

describe('between projects', () => {
  const rule = '@nx/enforce-module-boundaries';
  const log = 'libs/eventstore/src/log/commit.ts';
  const order = 'apps/order/src/main.ts';
  refuses('the event store does not know the projections', log, `import '@varve/projections';`, rule);
  refuses('the event store does not know the bus', log, `import '@varve/bus';`, rule);
  const message = 'libs/bus/src/message/message.ts';
  refuses('the bus does not know the projections', message, `import '@varve/projections';`, rule);
  refuses("the bus does not know the apps' servers", message, `import '@varve/http';`, rule);
  const shared = `import '@varve/http';`;
  refuses("the event store does not know the apps' servers", log, shared, rule);
  refuses("the projections do not know the apps' servers", 'libs/projections/src/index.ts', shared, rule);
  const problem = 'libs/http/src/problem/problem.ts';
  refuses("the apps' servers do not know the event store", problem, `import '@varve/eventstore';`, rule);
  refuses("the apps' servers do not know the projections", problem, `import '@varve/projections';`, rule);
  refuses('a lib does not know an app', log, `import '../../../../apps/order/src/main.js';`, rule);
  refuses('an app does not know another app', order, `import '../../projector/src/main.js';`, rule);
  refuses('an app does not reach into a lib', order, `import '../../../libs/eventstore/src/index.js';`, rule);
  accepts(
    'an app knows the libs',
    order,
    `import '@varve/bus';\nimport '@varve/eventstore';\nimport '@varve/http';\nimport '@varve/projections';`,
  );
  accepts(
    "a lib's tests import it by its public name",
    'libs/eventstore/test/log/seed.test.ts',
    `import '@varve/eventstore';`,
  );
});

describe('between the parts of a lib', () => {
  const rule = 'varve/part-boundaries';
  for (const part of ['log', 'schema', 'context', 'aggregate', 'processor', 'copying']) {
    const file = `libs/eventstore/src/${part}/seed.ts`;
    for (const adapter of ['sqlite', 'mongodb', 'nest', 'testing']) {
      refuses(`${part} imports no ${adapter}`, file, `import '../${adapter}/index.js';`, rule);
    }
    for (const name of [
      'better-sqlite3',
      'mongodb',
      '@nestjs/common',
      'rxjs',
      'reflect-metadata',
      'node:fs',
    ]) {
      refuses(`${part} does not import ${name}`, file, `import '${name}';`, rule);
    }
  }
  const core = 'libs/eventstore/src/log/seed.ts';
  refuses('the log does not know the aggregates', core, `import '../aggregate/decider.js';`, rule);
  refuses('a type is an import too', core, `import type { Database } from 'better-sqlite3';`, rule);
  refuses('import() is an import too', core, `export const driver = () => import('better-sqlite3');`, rule);
  refuses(
    'an inline import type is an import too',
    core,
    `export type D = import('better-sqlite3').Database;`,
    rule,
  );
  refuses('a re-export is an import too', core, `export * from '../sqlite/index.js';`, rule);
  refuses('a lib does not import itself by name', core, `import '@varve/eventstore/sqlite';`, rule);
  refuses('a lib does not leave its sources', core, `import '../../test/seed.js';`, rule);
  refuses('a new folder must say what it imports', 'libs/eventstore/src/utils/seed.ts', `export {};`, rule);
  accepts(
    'the context imports AsyncLocalStorage',
    'libs/eventstore/src/context/seed.ts',
    `import 'node:async_hooks';`,
  );

  const index = 'libs/eventstore/src/index.ts';
  refuses('the main entry pulls in no adapter', index, `export * from './sqlite/index.js';`, rule);

  const sqlite = 'libs/eventstore/src/sqlite/seed.ts';
  accepts('the SQLite adapter imports its driver', sqlite, `import 'better-sqlite3';`);
  refuses("the SQLite adapter imports no other's driver", sqlite, `import 'mongodb';`, rule);
  refuses('the SQLite adapter does not know Nest', sqlite, `import '@nestjs/common';`, rule);

  const nest = 'libs/eventstore/src/nest/seed.ts';
  accepts('the Nest module imports Nest', nest, `import '@nestjs/common';\nimport 'rxjs';`);
  accepts(
    'the Nest module loads an adapter when asked',
    nest,
    `export const open = () => import('../sqlite/index.js');`,
  );
  refuses('the Nest module needs no driver to load', nest, `import '../sqlite/index.js';`, rule);

  const testing = 'libs/eventstore/src/testing/seed.ts';
  for (const runner of ['vitest', 'jest', '@jest/globals', 'mocha', 'node:test', '@nestjs/testing']) {
    refuses(`the testing kit does not know ${runner}`, testing, `import '${runner}';`, rule);
  }

  for (const part of ['projection', 'parking', 'testing']) {
    const file = `libs/projections/src/${part}/seed.ts`;
    for (const name of [
      'better-sqlite3',
      '@nestjs/common',
      'node:fs',
      'commander',
      '@varve/eventstore/sqlite',
    ]) {
      refuses(`projections/${part} does not import ${name}`, file, `import '${name}';`, rule);
    }
    refuses(`projections/${part} imports no adapter`, file, `import '../sqlite/index.js';`, rule);
  }
  refuses(
    'the CLI leaves Nest to the Nest part',
    'libs/projections/src/cli/seed.ts',
    `import '@nestjs/core';`,
    rule,
  );
  accepts(
    'projections know the bus, which feeds them',
    'libs/projections/src/projection/seed.ts',
    `import '@varve/bus';`,
  );
  refuses(
    'projections do not know the brokers',
    'libs/projections/src/projection/seed.ts',
    `import '@varve/bus/kafka';`,
    rule,
  );
  refuses(
    'the Nest side of projections leaves the brokers to BusModule',
    'libs/projections/src/nest/seed.ts',
    `import '@varve/bus/rocketmq';`,
    rule,
  );
  for (const part of ['config', 'problem', 'server']) {
    const file = `libs/http/src/${part}/seed.ts`;
    for (const name of ['@varve/eventstore', 'better-sqlite3', 'node:fs']) {
      refuses(`http/${part} does not import ${name}`, file, `import '${name}';`, rule);
    }
  }
  refuses('http/config does not know Nest', 'libs/http/src/config/seed.ts', `import '@nestjs/common';`, rule);
  refuses(
    'http/problem starts no server',
    'libs/http/src/problem/seed.ts',
    `import '../server/openapi.js';`,
    rule,
  );
  refuses('the main entry of http imports no package', 'libs/http/src/index.ts', `import 'zod';`, rule);
  for (const driver of ['better-sqlite3', 'kafkajs', 'rocketmq-client-nodejs']) {
    refuses(
      `an app leaves the driver ${driver} to its adapter`,
      'apps/order/src/seed.ts',
      `import '${driver}';`,
      rule,
    );
  }
});

describe('between the parts of the bus', () => {
  const rule = 'varve/part-boundaries';
  const file = (part: string) => `libs/bus/src/${part}/seed.ts`;
  const drivers = ['kafkajs', 'rocketmq-client-nodejs', 'better-sqlite3'];

  for (const part of ['message', 'transport', 'publication', 'sequencing', 'commands']) {
    for (const name of [...drivers, '@nestjs/common', 'rxjs', 'node:crypto', '@varve/eventstore/sqlite']) {
      refuses(`${part} does not import ${name}`, file(part), `import '${name}';`, rule);
    }
    for (const adapter of ['memory', 'rocketmq', 'kafka', 'sqlite', 'nest', 'testing']) {
      refuses(`${part} imports no ${adapter}`, file(part), `import '../${adapter}/index.js';`, rule);
    }
    accepts(`${part} knows the event store`, file(part), `import '@varve/eventstore';`);
  }
  refuses(
    'a message knows nothing of its transport',
    file('message'),
    `import '../transport/errors.js';`,
    rule,
  );
  refuses(
    'the transport does not know who publishes',
    file('transport'),
    `import '../publication/relay.js';`,
    rule,
  );
  refuses(
    'commands do not know how commits are published',
    file('commands'),
    `import '../publication/relay.js';`,
    rule,
  );
  refuses(
    'publication does not know the sequencer',
    file('publication'),
    `import '../sequencing/sequencer.js';`,
    rule,
  );

  accepts('the RocketMQ adapter imports its driver', file('rocketmq'), `import 'rocketmq-client-nodejs';`);
  accepts('the Kafka adapter imports its driver', file('kafka'), `import 'kafkajs';`);
  accepts('what publication remembers is in SQLite', file('sqlite'), `import 'better-sqlite3';`);
  for (const [adapter, foreign] of [
    ['rocketmq', 'kafkajs'],
    ['kafka', 'rocketmq-client-nodejs'],
    ['sqlite', 'kafkajs'],
    ['memory', 'better-sqlite3'],
  ] as const) {
    refuses(`${adapter} imports no other's driver`, file(adapter), `import '${foreign}';`, rule);
    refuses(`${adapter} does not know Nest`, file(adapter), `import '@nestjs/common';`, rule);
  }
  refuses('the in-process bus needs nothing of Node', file('memory'), `import 'node:fs';`, rule);
  refuses('Kafka does not know RocketMQ', file('kafka'), `import '../rocketmq/index.js';`, rule);

  for (const adapter of ['memory', 'rocketmq', 'kafka', 'sqlite']) {
    const eager = `import '../${adapter}/index.js';`;
    refuses(`the Nest module needs no ${adapter} to load`, file('nest'), eager, rule);
    accepts(
      `the Nest module loads ${adapter} when asked`,
      file('nest'),
      `export const open = () => import('../${adapter}/index.js');`,
    );
  }
  for (const driver of drivers) {
    refuses(`the Nest module does not know ${driver}`, file('nest'), `import '${driver}';`, rule);
  }
  refuses('the testing kit knows no runner', file('testing'), `import 'vitest';`, rule);
  refuses('the testing kit needs no broker', file('testing'), `import '../kafka/index.js';`, rule);
  refuses(
    'the main entry pulls in no adapter',
    'libs/bus/src/index.ts',
    `export * from './memory/index.js';`,
    rule,
  );
});

describe('cycles and dependencies', () => {
  refuses(
    'two files do not import each other',
    'libs/eventstore/src/log/errors.ts',
    `import { assertStreamName } from './stream-name.js';\nassertStreamName('a');`,
    'import-x/no-cycle',
  );
  refuses(
    'a lib imports no package that its package.json does not name',
    'libs/eventstore/src/nest/seed.ts',
    `import '@nestjs/swagger';`,
    'import-x/no-extraneous-dependencies',
  );
});
