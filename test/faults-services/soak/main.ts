import { parseArgs } from 'node:util';
import { FinishedRuns } from './finished-runs.ts';
import { soak, type SoakOptions } from './soak.ts';

const usage = `npm run faults -- [--bus rocketmq|kafka|memory] [--publication relay|two-phase] [--runs N] [--seed N] [--resume] [--run N]

Random commands while producers, consumers and the broker are killed, frozen and hindered; after each run the read model and the topic
are compared with the log. Ends at the first difference, with exit code 1, and says how to tell that run again.

  --runs     how many, default 50
  --seed     default: random, and printed
  --resume   goes on with the last soak of this bus and publication, behind the runs that have ended well
  --run      only the run with this number`;

const { values } = parseArgs({
  options: {
    bus: { type: 'string', default: 'rocketmq' },
    publication: { type: 'string', default: 'relay' },
    runs: { type: 'string', default: '50' },
    run: { type: 'string' },
    seed: { type: 'string' },
    resume: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function whole(option: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${option} is "${value}": use a whole number.\n\n${usage}`);
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new Error(`--${option} is "${value}": use ${allowed.join(' or ')}.\n\n${usage}`);
  return found;
}

async function main(): Promise<void> {
  const bus = oneOf('bus', values.bus, ['rocketmq', 'kafka', 'memory']);
  const publication = oneOf('publication', values.publication, ['relay', 'two-phase']);
  if (bus === 'kafka' && publication === 'two-phase')
    throw new Error(
      'Kafka has no messages that stay invisible until they are committed: use --publication relay.',
    );
  const given = values.seed === undefined ? undefined : whole('seed', values.seed);
  const name = `${bus}-${publication}`;
  const fresh = (): FinishedRuns => FinishedRuns.fresh(name, given ?? Math.floor(Math.random() * 2 ** 31));
  const finished = values.resume ? FinishedRuns.resumed(name, given) : fresh();
  const { seed } = finished;
  const numbers = Array.from({ length: whole('runs', values.runs) }, (_, run) => run);
  const runs = values.run === undefined ? numbers : [whole('run', values.run)];
  console.log(`${name}, seed ${seed}, ${runs.length} runs, ${finished.count} of them finished before`);
  const options: SoakOptions = { bus, publication, seed, runs, print: (line) => console.log(line) };
  await soak(values.run === undefined ? { ...options, finished } : options);
  console.log('Every read model is the fold of its log.');
}

if (values.help) {
  console.log(usage);
} else {
  await main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
