import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { AppModule } from './app.module.js';
import { ConfigError, readOrderConfig } from './config/order-config.js';
import { createApp } from './http/create-app.js';

try {
  const config = readOrderConfig(process.env);
  const app = await createApp(AppModule, config);
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(config.port, config.host);
  new Logger('Orders').log(`Listening on ${await app.getUrl()}, log in ${config.logFile}`);
} catch (error) {
  const expected = error instanceof ConfigError;
  process.stderr.write(`${expected ? error.message : describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
