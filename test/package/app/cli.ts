import 'reflect-metadata';
import { runVarveCli } from '@varve/projections/cli';

void runVarveCli(() => import('./cli.module.js').then((module) => module.CliModule), {
  arguments: process.argv.slice(3),
});
