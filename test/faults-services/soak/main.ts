import { soakWriters, storiesFor } from '../mongodb/soak-writers.ts';
import { oneOf, readArguments, SoakUsageError, usage, whole } from './arguments.ts';
import { FinishedRuns } from './finished-runs.ts';
import type { Stories } from './run-stories.ts';
import { soak } from './soak.ts';

interface Chosen {
  readonly name: string;
  readonly numbers: readonly number[];
  readonly work: (options: Omit<Stories, 'tell' | 'again'>) => Promise<void>;
  /** What has been shown when it is over. */
  readonly shown: string;
}

type Values = ReturnType<typeof readArguments>;

function chosen(values: Values): Chosen {
  if (values.store === undefined) return chosenBus(values);
  oneOf('store', values.store, ['mongodb']);
  const shown = 'Every log is what its writers were told, and what its reader saw.';
  return {
    name: 'store-mongodb',
    numbers: storiesFor(whole('rounds', values.rounds)),
    work: soakWriters,
    shown,
  };
}

function chosenBus(values: Values): Chosen {
  const bus = oneOf('bus', values.bus, ['rocketmq', 'kafka', 'memory']);
  const publication = oneOf('publication', values.publication, ['relay', 'two-phase']);
  if (bus === 'kafka' && publication === 'two-phase')
    throw new SoakUsageError(
      'Kafka has no messages that stay invisible until they are committed: use --publication relay.',
    );
  return {
    name: `${bus}-${publication}`,
    numbers: Array.from({ length: whole('runs', values.runs) }, (_, run) => run),
    work: (options) => soak({ ...options, bus, publication }),
    shown: 'Every read model is the fold of its log.',
  };
}

async function main(values: Values): Promise<void> {
  const { name, numbers, work, shown } = chosen(values);
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

try {
  const values = readArguments(process.argv.slice(2));
  if (values.help) console.log(usage);
  else await main(values);
} catch (error) {
  const isUsage = error instanceof SoakUsageError;
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}
