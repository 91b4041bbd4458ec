import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { placeOf, whyNotStarted } from '@varve/http/config';
import { serverModule } from './app.module.js';
import { readOrderConfig } from './config/order-config.js';
import { createApp } from './http/create-app.js';

try {
  const config = readOrderConfig(process.env);
  const app = await createApp(serverModule(config), config);
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(config.port, config.host);
  new Logger('Orders').log(`Listening on ${await app.getUrl()}, log in ${placeOf(config.log)}`);
} catch (error) {
  process.stderr.write(`${whyNotStarted(error, process.env)}\n`);
  process.exit(1);
}
