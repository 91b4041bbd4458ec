import 'reflect-metadata';
import { runVarveCli } from '@varve/projections/cli';

await runVarveCli(() => import('./cli.module.js').then((module) => module.CliModule));
