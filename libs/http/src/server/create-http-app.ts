import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ServerConfig } from '../config/environment.js';
import { AppLogger } from './app-logger.js';
import { BoundedExpressAdapter } from './bounded-express-adapter.js';

/** The app over HTTP, not listening yet, and without a body parser. */
export async function createHttpApp(
  root: Type<unknown> | DynamicModule,
  { requestTimeout }: Pick<ServerConfig, 'requestTimeout'>,
): Promise<NestExpressApplication> {
  const adapter = new BoundedExpressAdapter(requestTimeout);
  const logger = new AppLogger();
  const options: NestApplicationOptions = { bodyParser: false, abortOnError: false, logger };
  const app = await NestFactory.create<NestExpressApplication>(root, adapter, options);
  app.disable('x-powered-by');
  // Express would make one from the body; here an entity tag is a version.
  app.disable('etag');
  return app;
}
