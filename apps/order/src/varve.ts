#!/usr/bin/env node
import 'reflect-metadata';
import { runVarveCli } from '@varve/projections/cli';

await runVarveCli(() => import('./app.module.js').then((module) => module.AppModule));
