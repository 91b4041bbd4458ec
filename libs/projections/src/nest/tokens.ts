import { Inject } from '@nestjs/common';

export const DEFAULT_READ_MODELS = 'default';

/** What stands for the read models in Nest, such as a `SqliteReadModels`: `app.get(getReadModelsToken())`. */
export function getReadModelsToken(name: string = DEFAULT_READ_MODELS): symbol {
  return Symbol.for(`@varve/read-models:${name}`);
}

/** What stands for the `ProjectorHost` in Nest. */
export function getProjectorToken(name: string = DEFAULT_READ_MODELS): symbol {
  return Symbol.for(`@varve/projector:${name}`);
}

/** Injects the read models, such as a `SqliteReadModels`, for queries; by name where the app has several. */
export function InjectReadModels(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getReadModelsToken(name));
}

/** Injects the `ProjectorHost`: `waitFor`, `status`, `runUntilCaughtUp`. */
export function InjectProjector(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getProjectorToken(name));
}
