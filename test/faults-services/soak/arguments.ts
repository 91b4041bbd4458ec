import { parseArgs } from 'node:util';
import { parserProblem } from '../../support/parser-problem.ts';
import { ROUNDS_PER_STORY } from '../mongodb/writers-story.ts';

export const usage = `npm run faults -- [--bus rocketmq|kafka|memory] [--publication relay|two-phase] [--runs N] [--seed N] [--resume] [--run N]
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

/** The command line makes no sense; the message is a sentence. */
export class SoakUsageError extends Error {}

const OPTIONS = {
  bus: { type: 'string', default: 'rocketmq' },
  publication: { type: 'string', default: 'relay' },
  store: { type: 'string' },
  runs: { type: 'string', default: '50' },
  rounds: { type: 'string', default: '1000' },
  run: { type: 'string' },
  seed: { type: 'string' },
  resume: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws SoakUsageError */
export function readArguments(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS }).values;
  } catch (error) {
    throw new SoakUsageError(`${parserProblem(error)}. "npm run faults -- --help" shows what there is.`);
  }
}

/** @throws SoakUsageError */
export function whole(option: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new SoakUsageError(`--${option} is "${value}": use a whole number.`);
}

/** @throws SoakUsageError */
export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new SoakUsageError(`--${option} is "${value}": use ${allowed.join(' or ')}.`);
}
