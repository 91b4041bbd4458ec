import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const libs = fileURLToPath(new URL('../../..', import.meta.url));
const installed = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const nest = ['@nestjs/common', '@nestjs/core', '@nestjs/cqrs', 'reflect-metadata', 'rxjs'];

/** A folder in which nothing but the built libraries and the named packages can be found. */
function folderWith(...packages: string[]): string {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  for (const lib of ['eventstore', 'bus']) {
    for (const part of ['package.json', 'dist']) {
      const built = join(libs, lib, part);
      if (!existsSync(built)) throw new Error('The library is not built. Run "npm run build".');
      cpSync(built, join(modules, '@varve', lib, part), { recursive: true });
    }
  }
  for (const name of ['@standard-schema/spec', ...packages]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(installed, name), join(modules, name));
  }
  return folder;
}

async function run(folder: string, script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  return stdout;
}

const keysOf = async (folder: string, name: string): Promise<string[]> =>
  JSON.parse(
    await run(folder, `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(name)}))))`),
  );

test('messages, publication, the in-process bus and the testing kit need no @nestjs package and no driver', async () => {
  const folder = folderWith();
  expect(await keysOf(folder, '@varve/bus')).toContain('Relay');
  expect(await keysOf(folder, '@varve/bus/memory')).toContain('MemoryMessageBus');
  expect(await keysOf(folder, '@varve/bus/testing')).toContain('messageBusContract');
  await expect(keysOf(folder, '@varve/bus/nest')).rejects.toThrow(/Cannot find package '@nestjs/);
});

const cases = [
  ['memory', '{ memory: {} }', 'started'],
  [
    'rocketmq',
    "{ rocketmq: { endpoints: '127.0.0.1:8081' } }",
    'invalid-options rocketmq .*npm i rocketmq-client-nodejs@1.0.8"',
  ],
  ['kafka', "{ kafka: { brokers: ['127.0.0.1:9092'] } }", 'invalid-options kafka .*npm i kafkajs"'],
  [
    'publication',
    "{ memory: {}, publication: { store: { sqlite: { file: 'p.db' } } } }",
    'invalid-options publication.store .*npm i better-sqlite3"',
  ],
  [
    'publication',
    "{ memory: {}, publication: { store: { mongodb: { uri: 'mongodb://db', database: 'shop' } } } }",
    'invalid-options publication.store .*npm i mongodb"',
  ],
] as const;

test('the Nest side needs @nestjs/common, core and cqrs; a bus without its driver says what to install', async () => {
  const script = `
    const { BusModule } = await import('@varve/bus/nest');
    const { EventStoreModule } = await import('@varve/eventstore/nest');
    const { InMemoryEventStore } = await import('@varve/eventstore/testing');
    const { NestFactory } = await import('@nestjs/core');
    for (const options of [${cases.map(([, options]) => options).join(', ')}]) {
      class AppModule {}
      const log = EventStoreModule.forRoot({ store: () => new InMemoryEventStore() });
      const module = { module: AppModule, imports: [BusModule.forRoot(options), log] };
      await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false }).then(
        (app) => app.close().then(() => console.log('started')),
        (error) => console.log(error.code, error.option, error.message.replaceAll('\\n', ' ')),
      );
    }`;
  const said = (await run(folderWith(...nest), script)).trimEnd().split('\n');
  expect(said).toEqual(
    cases.map(([, , expected]) => expect.stringMatching(new RegExp(`^${expected}`)) as string),
  );
});
