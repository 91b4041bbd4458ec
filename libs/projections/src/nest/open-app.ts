import { Logger, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { withoutStart } from '@varve/eventstore/nest';
import type { EventRegistry, EventStore } from '@varve/eventstore';
import type { Projection, Reactor } from '../projection/projection.js';
import type { ReadModels } from '../projection/read-models.js';
import type { ProjectorHost } from './projector-host.js';
import { getProjectorToken } from './tokens.js';

/** What a command line needs of an app. */
export interface OpenedApp {
  readonly log: EventStore;
  readonly registry: EventRegistry;
  readonly readModels: ReadModels<unknown>;
  readonly projections: readonly Projection<unknown>[];
  readonly reactors: readonly Reactor[];
  close(): Promise<void>;
}

/** Boots an app's own configuration without starting a processor, a subscription or a server. Warnings and errors go to standard error. */
export async function openApp(
  root: Type<unknown> | DynamicModule,
  readModelsName?: string,
): Promise<OpenedApp> {
  Logger.overrideLogger(['error', 'warn', 'fatal']);
  const app = await NestFactory.createApplicationContext(withoutStart(root), {
    logger: ['error', 'warn', 'fatal'],
    abortOnError: false,
  });
  try {
    const host = app.get<ProjectorHost>(getProjectorToken(readModelsName), { strict: false });
    const { log, registry, readModels } = host;
    return { log, registry, readModels, ...host.features, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
