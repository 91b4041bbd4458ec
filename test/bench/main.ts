import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { concurrent, sequential } from './appending.ts';
import { stopBrokers } from './bus/brokers.ts';
import { busBenchmarks } from './bus/index.ts';
import { emmett } from './emmett.ts';
import { growth } from './growth.ts';
import { latency } from './latency.ts';
import { loading } from './loading.ts';
import type { Benchmark, Row } from './measure.ts';
import { mongoBenchmarks } from './mongodb/index.ts';
import { stopMongoDb } from './mongodb/server.ts';
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
/** They need servers, and run only when they are named: `bus` or `mongodb` for all of a kind. */
const ON_SERVERS = /^(bus|mongodb)(-|$)/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const isChosen = (name: string): boolean =>
  positionals.length === 0
    ? !ON_SERVERS.test(name)
    : positionals.some((asked) => asked === name || (ON_SERVERS.test(asked) && name.startsWith(`${asked}-`)));
const chosen = BENCHMARKS.filter(({ name }) => isChosen(name));
if (values.help || chosen.length === 0) {
  for (const { name, about } of BENCHMARKS) process.stdout.write(`${name.padEnd(20)}${about}\n`);
  process.exit(values.help ? 0 : 2);
}

const scale = { quick: values.quick, rounds: values.quick ? 3 : 5 };
const rows: Row[] = [];
try {
  for (const benchmark of chosen) {
    process.stderr.write(`${benchmark.name}: ${benchmark.about}\n`);
    rows.push(...(await benchmark.run(scale)));
  }
} finally {
  report();
  // Only now: the bare RocketMQ client goes on opening its session after a shutdown, and ends the process when its broker is gone.
  await Promise.all([stopBrokers(), stopMongoDb()]);
}

function report(): void {
  process.stdout.write(`\n${describeRows(rows)}\n`);
  process.stdout.write(`\nratio on a logarithmic scale; │ is 1, ◆ the goal\n${plotRows(rows)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  const missed = rows.filter(isMissed);
  if (missed.length > 0)
    process.stdout.write(
      `\n${missed.length} of ${rows.filter((row) => row.goal !== null).length} goals missed\n`,
    );
}
