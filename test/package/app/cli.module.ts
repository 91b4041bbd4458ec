import { Module } from '@nestjs/common';
import { AppModule } from './app.module.js';

@Module({ imports: [AppModule.forRoot(process.argv[2])] })
export class CliModule {}
