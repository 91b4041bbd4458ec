#!/usr/bin/env node
import { runVarveCli } from './run-varve-cli.js';

void runVarveCli();
