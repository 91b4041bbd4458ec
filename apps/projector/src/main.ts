import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { placeOf, whyNotStarted } from '@varve/http/config';
import { projectorModule } from './app.module.js';
import { readProjectorConfig } from './config/projector-config.js';
import { createApp } from './http/create-app.js';

try {
  const config = readProjectorConfig(process.env);
  const app = await createApp(projectorModule(config), config);
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(config.port, config.host);
  new Logger('Projector').log(
    `Listening on ${await app.getUrl()}, read models in ${placeOf(config.readModels)}`,
  );
} catch (error) {
  process.stderr.write(`${whyNotStarted(error, process.env)}\n`);
  process.exit(1);
}
