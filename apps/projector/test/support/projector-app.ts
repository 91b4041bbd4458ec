import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import type { ReadModels } from '@varve/projections';
import { getProjectorToken, getReadModelsToken, type ProjectorHost } from '@varve/projections/nest';
import { onTestFinished } from 'vitest';
import { answerOf, type Answer } from '../../../../test/support/http-answer.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { projectorModule } from '../../src/app.module.js';
import { readProjectorConfig } from '../../src/config/projector-config.js';
import { createApp } from '../../src/http/create-app.js';

/** The whole app on files of its own and a free port, and the log that it follows; all closed after the test. */
export async function startProjectorApp(environment: Variables = {}) {
  const { log, variables } = await logInAFile();
  return startProjectorOn(log, { ...variables, ...readModelsInAFile(), ...environment });
}

export type ProjectorApp = Awaited<ReturnType<typeof startProjectorOn>>;

type Variables = Readonly<Record<string, string>>;

/** The whole app on a log that the test writes into, with all its projections live. */
export async function startProjectorOn(log: EventStore, environment: Variables) {
  const started = await startProjector(environment);
  for (const name of ['orders', 'daily-revenue', 'funnel']) await started.projector.waitFor(0, name);
  return { ...started, log };
}

/** Closed after the test. */
export async function logInAFile(): Promise<{ readonly log: EventStore; readonly variables: Variables }> {
  const file = join(temporaryFolder(), 'orders.db');
  const log = await SqliteEventStore.open({ file });
  onTestFinished(() => log.close());
  return { log, variables: { VARVE_LOG_FILE: file } };
}

export function readModelsInAFile(): Variables {
  return {
    VARVE_READ_MODELS: 'sqlite',
    VARVE_READ_MODELS_FILE: join(temporaryFolder(), 'read-models.db'),
  };
}

/** The app as it is configured, on a free port. */
export async function startProjector(environment: Variables) {
  Logger.overrideLogger(false);
  const config = readProjectorConfig({ PORT: '0', ...environment });
  const app = await createApp(projectorModule(config), config);
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const projector = app.get<ProjectorHost>(getProjectorToken());
  const readModels = app.get<ReadModels<unknown>>(getReadModelsToken());
  return { app, port, projector, readModels, get: getterOf(`http://127.0.0.1:${port}`) };
}

function getterOf(origin: string) {
  return async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await fetch(`${origin}${path}`, { headers });
    return answerOf(response);
  };
}
