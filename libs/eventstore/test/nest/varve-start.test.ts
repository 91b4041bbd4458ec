import { Inject, Injectable, Module, Optional, type OnApplicationBootstrap } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VARVE_START, VarveStartModule, withoutStart } from '@varve/eventstore/nest';
import { expect, test } from 'vitest';

@Injectable()
class Runner implements OnApplicationBootstrap {
  running = false;

  constructor(@Optional() @Inject(VARVE_START) private readonly start = true) {}

  onApplicationBootstrap(): void {
    this.running = this.start;
  }
}

@Module({ providers: [Runner] })
class RunnerModule {}

@Module({ imports: [RunnerModule] })
class AppModule {}

test('what runs by itself starts with the app', async () => {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  expect(app.get(Runner).running).toBe(true);
  await app.close();
});

test('an app that is booted for a command line starts nothing by itself', async () => {
  const app = await NestFactory.createApplicationContext(withoutStart(AppModule), { logger: false });
  expect(app.get(Runner).running).toBe(false);
  await app.close();
});

test('a dynamic root module is booted without starting as well', async () => {
  const root = { module: AppModule, providers: [{ provide: 'configuration', useValue: 7 }] };
  const app = await NestFactory.createApplicationContext(withoutStart(root), { logger: false });
  expect(app.get(Runner).running).toBe(false);
  expect(app.get('configuration')).toBe(7);
  await app.close();
});

test('an app says by itself, for all its modules, that nothing is to start', async () => {
  @Module({ imports: [RunnerModule, VarveStartModule.forRoot({ start: false })] })
  class ReadOnlyModule {}
  const app = await NestFactory.createApplicationContext(ReadOnlyModule, { logger: false });
  expect(app.get(Runner).running).toBe(false);
  await app.close();
});
