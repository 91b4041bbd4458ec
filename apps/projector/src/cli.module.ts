import { Module } from '@nestjs/common';
import { projectorModule } from './app.module.js';
import { readProjectorConfig } from './config/projector-config.js';

/** The app by the environment that it finds, for its command line. */
@Module({ imports: [projectorModule(readProjectorConfig(process.env))] })
export class CliModule {}
