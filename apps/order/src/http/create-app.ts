import { isUtf8 } from 'node:buffer';
import { BadRequestException } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createHttpApp, serveOpenApi } from '@varve/http';
import type { OrderConfig } from '../config/order-config.js';
import { OPEN_API } from './openapi.js';

/** The app over HTTP, not listening yet. */
export async function createApp(
  root: Type<unknown> | DynamicModule,
  config: OrderConfig,
): Promise<NestExpressApplication> {
  const app = await createHttpApp(root, config);
  const options = { limit: config.bodyLimit, verify: assertWellFormed };
  app.useBodyParser('json', options);
  serveOpenApi(app, OPEN_API);
  return app;
}

/** Decoding would put a replacement character for each byte that is none of UTF-8, and that would be stored. */
function assertWellFormed(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding === 'utf-8' && !isUtf8(body))
    throw new BadRequestException('The body is not well-formed UTF-8. Send JSON in UTF-8.');
}
