#!/usr/bin/env node
import { runVarveCli } from '@varve/projections/cli';

void runVarveCli();
