import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ConfigError, readProjectorConfig } from './config/projector-config.js';
import { createApp } from './http/create-app.js';

try {
  const config = readProjectorConfig(process.env);
  const { AppModule } = await import('./app.module.js');
  const app = await createApp(AppModule, config);
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(config.port, config.host);
  new Logger('Projector').log(`Listening on ${await app.getUrl()}, read models in ${config.readModelsFile}`);
} catch (error) {
  const isExpected = error instanceof ConfigError;
  process.stderr.write(`${isExpected ? error.message : describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
