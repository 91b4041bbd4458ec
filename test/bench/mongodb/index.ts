import type { Benchmark } from '../measure.ts';
import { mongoAppending } from './appending.ts';
import { eventNest } from './event-nest.ts';
import { mongoGrowth } from './growth.ts';
import { mongoLoading } from './loading.ts';
import { mongoReading } from './reading.ts';
import { mongoRebuilding } from './rebuilding.ts';
import { mongoWriters } from './writers.ts';

/** On one server, both sides of each row in one run. */
export const mongoBenchmarks: readonly Benchmark[] = [
  mongoAppending,
  mongoLoading,
  mongoReading,
  mongoRebuilding,
  mongoWriters,
  mongoGrowth,
  eventNest,
];
