import type { DynamicModule, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createHttpApp, serveOpenApi } from '@varve/http';
import type { ProjectorConfig } from '../config/projector-config.js';
import { OPEN_API } from './openapi.js';

/** The app over HTTP, not listening yet. Nothing that it answers has a request body, so none is read. */
export async function createApp(
  root: Type<unknown> | DynamicModule,
  config: Pick<ProjectorConfig, 'requestTimeout'>,
): Promise<NestExpressApplication> {
  const app = await createHttpApp(root, config);
  serveOpenApi(app, OPEN_API);
  return app;
}
