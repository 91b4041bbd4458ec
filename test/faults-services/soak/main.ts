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
  const print = (line: string): void => console.log(line);
  const resumed = values.resume ? FinishedRuns.resumed(name, given) : undefined;
  const seed = resumed?.seed ?? given ?? Math.floor(Math.random() * 2 ** 31);
  if (values.run === undefined) {
    const finished = resumed ?? FinishedRuns.fresh(name, seed);
    print(`${name}, seed ${seed}, ${numbers.length} runs, ${finished.count} of them finished before`);
    await work({ seed, runs: numbers, print, finished });
  } else {
    // It counts for nothing: the soak that it is one of can be resumed afterwards.
    const run = whole('run', values.run);
    print(`${name}, seed ${seed}, run ${run} alone`);
    await work({ seed, runs: [run], print });
  }
  print(shown);
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
