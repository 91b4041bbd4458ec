import { Inject } from '@nestjs/common';

export const DEFAULT_READ_MODELS = 'default';

export function getReadModelsToken(name: string = DEFAULT_READ_MODELS): symbol {
  return Symbol.for(`@varve/read-models:${name}`);
}

export function getProjectorToken(name: string = DEFAULT_READ_MODELS): symbol {
  return Symbol.for(`@varve/projector:${name}`);
}

export function InjectReadModels(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getReadModelsToken(name));
}

export function InjectProjector(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getProjectorToken(name));
}
