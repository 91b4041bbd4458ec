import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const libs = fileURLToPath(new URL('../../..', import.meta.url));
const installed = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** A folder in which nothing but the built libraries, what they depend on and the named packages can be found. */
function folderWith(...packages: string[]): string {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  for (const lib of ['eventstore', 'bus', 'projections']) {
    for (const part of ['package.json', 'dist']) {
      const built = join(libs, lib, part);
      if (!existsSync(built)) throw new Error('The library is not built. Run "npm run build".');
      cpSync(built, join(modules, '@varve', lib, part), { recursive: true });
    }
  }
  for (const name of ['@standard-schema/spec', 'commander', 'string-width', ...packages]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(installed, name), join(modules, name));
  }
  return folder;
}

const cases = [
  ["{ sqlite: { file: 'read-models.db' } }", 'sqlite', 'npm i better-sqlite3'],
  ["{ mongodb: { uri: 'mongodb://db', database: 'shop' } }", 'mongodb', 'npm i mongodb'],
] as const;

test('read models without their driver say what to install', async () => {
  const folder = folderWith('@nestjs/common', '@nestjs/core', '@nestjs/cqrs', 'reflect-metadata', 'rxjs');
  const script = `
    const { EventStoreModule } = await import('@varve/eventstore/nest');
    const { InMemoryEventStore } = await import('@varve/eventstore/testing');
    const { ProjectionsModule } = await import('@varve/projections/nest');
    const { NestFactory } = await import('@nestjs/core');
    for (const options of [${cases.map(([options]) => options).join(', ')}]) {
      class AppModule {}
      const log = EventStoreModule.forRoot({ store: () => new InMemoryEventStore() });
      const module = { module: AppModule, imports: [log, ProjectionsModule.forRoot(options)] };
      await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false }).then(
        (app) => app.close().then(() => console.log('started')),
        (error) => console.log(error.code, error.option, error.message.replaceAll('\\n', ' ')),
      );
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  expect(stdout.trimEnd().split('\n')).toEqual(
    cases.map(
      ([, option, install]) =>
        expect.stringMatching(new RegExp(`^invalid-options ${option} .*${install}"`)) as string,
    ),
  );
});
