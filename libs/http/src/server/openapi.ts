import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

export interface OpenApiInfo {
  readonly title: string;
  readonly description: string;
}

/** At `/openapi`, and as JSON at `/openapi.json`. */
export function serveOpenApi(app: INestApplication, info: OpenApiInfo): void {
  SwaggerModule.setup('openapi', app, () => openApiOf(app, info), { jsonDocumentUrl: 'openapi.json' });
}

function openApiOf(app: INestApplication, { title, description }: OpenApiInfo): OpenAPIObject {
  const config = new DocumentBuilder().setTitle(title).setDescription(description).setVersion('1').build();
  return SwaggerModule.createDocument(app, config);
}
