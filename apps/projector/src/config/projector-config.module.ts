import { Global, Module } from '@nestjs/common';
import { readProjectorConfig } from './projector-config.js';

export const PROJECTOR_CONFIG = Symbol('projector-config');

@Global()
@Module({
  providers: [{ provide: PROJECTOR_CONFIG, useFactory: () => readProjectorConfig(process.env) }],
  exports: [PROJECTOR_CONFIG],
})
export class ProjectorConfigModule {}
