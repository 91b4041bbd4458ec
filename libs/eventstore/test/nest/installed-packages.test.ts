import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const lib = fileURLToPath(new URL('../..', import.meta.url));
const installed = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** A folder in which nothing but the built library and the named packages can be found. */
function folderWith(...packages: string[]): string {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  const home = join(modules, '@varve/eventstore');
  for (const part of ['package.json', 'dist']) {
    if (!existsSync(join(lib, part))) throw new Error('The library is not built. Run "npm run build".');
    cpSync(join(lib, part), join(home, part), { recursive: true });
  }
  for (const name of ['@standard-schema/spec', ...packages]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(installed, name), join(modules, name));
  }
  return folder;
}

async function importIn(folder: string, name: string): Promise<string[]> {
  const script = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(name)}))))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  return JSON.parse(stdout);
}

test('the library and its testing kit need no @nestjs package, no driver and nothing else', async () => {
  const folder = folderWith();
  expect(await importIn(folder, '@varve/eventstore')).toContain('AggregateRepository');
  expect(await importIn(folder, '@varve/eventstore/testing')).toContain('InMemoryEventStore');
  await expect(importIn(folder, '@varve/eventstore/nest')).rejects.toThrow(/Cannot find package '@nestjs/);
});

test('the Nest side needs @nestjs/common, core and cqrs, but no terminus, HTTP platform or SQLite driver', async () => {
  const folder = folderWith('@nestjs/common', '@nestjs/core', '@nestjs/cqrs', 'reflect-metadata', 'rxjs');
  expect(await importIn(folder, '@varve/eventstore/nest')).toContain('EventStoreHealthIndicator');
});

test.each([
  ['the embedded store', "{ sqlite: { file: 'log.db' } }", 'better-sqlite3'],
  ['the store on MongoDB', "{ mongodb: { uri: 'mongodb://localhost', database: 'shop' } }", 'mongodb'],
])('%s without its driver says what to install', async (_, options, driver) => {
  const folder = folderWith('@nestjs/common', '@nestjs/core', '@nestjs/cqrs', 'reflect-metadata', 'rxjs');
  const script = `
    const { EventStoreModule } = await import('@varve/eventstore/nest');
    const { NestFactory } = await import('@nestjs/core');
    const module = EventStoreModule.forRoot(${options});
    await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false }).catch((error) => {
      console.log(error.code, error.message);
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  expect(stdout).toMatch(new RegExp(`^invalid-options .*npm i ${driver}"`));
});
