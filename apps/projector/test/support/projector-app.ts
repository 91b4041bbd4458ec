import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { getProjectorToken, getReadModelsToken, type ProjectorHost } from '@varve/projections/nest';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { onTestFinished, vi } from 'vitest';
import { answerOf, type Answer } from '../../../../test/support/http-answer.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { readProjectorConfig } from '../../src/config/projector-config.js';
import { createApp } from '../../src/http/create-app.js';

/** The whole app on files of its own and a free port, and the log that it follows; all closed after the test. */
export async function startProjectorApp(environment: Readonly<Record<string, string>> = {}) {
  Logger.overrideLogger(false);
  const folder = temporaryFolder();
  const variables = {
    VARVE_LOG_FILE: join(folder, 'orders.db'),
    VARVE_READ_MODELS_FILE: join(folder, 'read-models.db'),
    PORT: '0',
    ...environment,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const log = await SqliteEventStore.open({ file: variables.VARVE_LOG_FILE });
  const { AppModule } = await import('../../src/app.module.js');
  const app = await createApp(AppModule, readProjectorConfig(variables));
  await app.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await app.close();
    await log.close();
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  const projector = app.get<ProjectorHost>(getProjectorToken());
  for (const name of ['orders', 'daily-revenue', 'funnel']) await projector.waitFor(0, name);
  const readModels = app.get<SqliteReadModels>(getReadModelsToken());
  return { app, port, log, projector, readModels, get: getterOf(`http://127.0.0.1:${port}`) };
}

function getterOf(origin: string) {
  return async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await fetch(`${origin}${path}`, { headers });
    return answerOf(response);
  };
}
