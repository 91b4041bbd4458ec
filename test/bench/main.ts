import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { ServiceError } from '../services/service-error.ts';
import { BenchUsageError, readArguments, type BenchArguments } from './arguments.ts';
import { concurrent, sequential } from './appending.ts';
import { stopBrokers } from './bus/brokers.ts';
import { busBenchmarks } from './bus/index.ts';
import { emmett } from './emmett.ts';
import { growth } from './growth.ts';
import { latency } from './latency.ts';
import { loading } from './loading.ts';
import type { Benchmark, Row } from './measure.ts';
import { mongoBenchmarks } from './mongodb/index.ts';
import { mongoDbOfThisRun, stopMongoDb } from './mongodb/server.ts';
import { rebuilding } from './rebuilding.ts';
import { describeRows, isMissed, plotRows } from './report.ts';

const BENCHMARKS: readonly Benchmark[] = [
  sequential,
  concurrent,
  loading,
  rebuilding,
  latency,
  growth,
  emmett,
  ...busBenchmarks,
  ...mongoBenchmarks,
];

/** Of gRPC. */
const UNAVAILABLE = 14;

try {
  const { names, quick, json, help } = readArguments(
    process.argv.slice(2),
    BENCHMARKS.map(({ name }) => name),
  );
  const width = Math.max(...BENCHMARKS.map(({ name }) => name.length)) + 2;
  if (help) for (const { name, about } of BENCHMARKS) process.stdout.write(`${name.padEnd(width)}${about}\n`);
  else await measure({ names, quick, json });
} catch (error) {
  if (!(error instanceof BenchUsageError || error instanceof ServiceError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof BenchUsageError ? 2 : 1;
}

async function measure({ names, quick, json }: Omit<BenchArguments, 'help'>): Promise<void> {
  const scale = { quick, rounds: quick ? 3 : 5 };
  const rows: Row[] = [];
  try {
    for (const benchmark of BENCHMARKS.filter(({ name }) => names.includes(name))) {
      process.stderr.write(`${benchmark.name}: ${benchmark.about}\n`);
      rows.push(...(await benchmark.run(scale)));
    }
  } finally {
    if (rows.length > 0) report(rows, json);
    process.on('uncaughtException', endUnlessUnavailable);
    await Promise.all([stopBrokers(), stopMongoDb()]);
  }
}

/** The bare RocketMQ client goes on opening its session after a shutdown, and nobody hears its errors: of a broker that is gone, here at the end. */
function endUnlessUnavailable(error: Error): void {
  if ((error as { code?: unknown }).code !== UNAVAILABLE) throw error;
}

function report(rows: readonly Row[], json: string | undefined): void {
  process.stdout.write(`\n${describeRows(rows)}\n`);
  process.stdout.write(`\nratio on a logarithmic scale; │ is 1, ◆ the goal\n${plotRows(rows)}\n`);
  const server = mongoDbOfThisRun();
  if (server) process.stdout.write(`\nMongoDB is ${server.told}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  const missed = rows.filter(isMissed);
  if (missed.length > 0)
    process.stdout.write(
      `\n${missed.length} of ${rows.filter((row) => row.goal !== null).length} goals missed\n`,
    );
}
