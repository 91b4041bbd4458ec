import { parseArgs } from 'node:util';
import { soakWriters, storiesFor } from '../mongodb/soak-writers.ts';
import { ROUNDS_PER_STORY } from '../mongodb/writers-story.ts';
import { FinishedRuns } from './finished-runs.ts';
import type { Stories } from './run-stories.ts';
import { soak } from './soak.ts';

const usage = `npm run faults -- [--bus rocketmq|kafka|memory] [--publication relay|two-phase] [--runs N] [--seed N] [--resume] [--run N]
npm run faults -- --store mongodb [--rounds N] [--seed N] [--resume] [--run N]

Random commands while producers, consumers and the broker are killed, frozen and hindered; after each run the read model and the topic
are compared with the log. Ends at the first difference, with exit code 1, and says how to tell that run again.

With --store mongodb: 1, 2, 4 and 8 processes append to a log in MongoDB while they, the server and the network between them fail; then the
log is compared with what the writers were told and with what a reader saw. ${ROUNDS_PER_STORY} failures make one run.

  --runs     how many, default 50
  --rounds   how many failures, default 1000
  --seed     default: random, and printed
  --resume   goes on with the last soak of this bus and publication, behind the runs that have ended well
  --run      only the run with this number`;

const { values } = parseArgs({
  options: {
    bus: { type: 'string', default: 'rocketmq' },
    publication: { type: 'string', default: 'relay' },
    store: { type: 'string' },
    runs: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '1000' },
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

interface Chosen {
  readonly name: string;
  readonly numbers: readonly number[];
  readonly work: (options: Omit<Stories, 'tell' | 'again'>) => Promise<void>;
  /** What has been shown when it is over. */
  readonly shown: string;
}

function chosen(): Chosen {
  if (values.store === undefined) return chosenBus();
  oneOf('store', values.store, ['mongodb']);
  const shown = 'Every log is what its writers were told, and what its reader saw.';
  return {
    name: 'store-mongodb',
    numbers: storiesFor(whole('rounds', values.rounds)),
    work: soakWriters,
    shown,
  };
}

function chosenBus(): Chosen {
  const bus = oneOf('bus', values.bus, ['rocketmq', 'kafka', 'memory']);
  const publication = oneOf('publication', values.publication, ['relay', 'two-phase']);
  if (bus === 'kafka' && publication === 'two-phase')
    throw new Error(
      'Kafka has no messages that stay invisible until they are committed: use --publication relay.',
    );
  return {
    name: `${bus}-${publication}`,
    numbers: Array.from({ length: whole('runs', values.runs) }, (_, run) => run),
    work: (options) => soak({ ...options, bus, publication }),
    shown: 'Every read model is the fold of its log.',
  };
}

async function main(): Promise<void> {
  const { name, numbers, work, shown } = chosen();
  const given = values.seed === undefined ? undefined : whole('seed', values.seed);
  const fresh = (): FinishedRuns => FinishedRuns.fresh(name, given ?? Math.floor(Math.random() * 2 ** 31));
  const finished = values.resume ? FinishedRuns.resumed(name, given) : fresh();
  const { seed } = finished;
  const runs = values.run === undefined ? numbers : [whole('run', values.run)];
  console.log(`${name}, seed ${seed}, ${runs.length} runs, ${finished.count} of them finished before`);
  const options = { seed, runs, print: (line: string) => console.log(line) };
  await work(values.run === undefined ? { ...options, finished } : options);
  console.log(shown);
}

if (values.help) {
  console.log(usage);
} else {
  await main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
