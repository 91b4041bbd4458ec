import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parserProblem } from '../support/parser-problem.ts';

export interface BenchArguments {
  readonly quick: boolean;
  /** The file that gets the rows. */
  readonly json: string | undefined;
  readonly help: boolean;
  /** Of the benchmarks that are to be run. */
  readonly names: readonly string[];
}

/** The command line makes no sense; the message is a sentence. */
export class BenchUsageError extends Error {}

/** They need servers, and run only when they are named: `bus` or `mongodb` for all of a kind. */
const ON_SERVERS = /^(bus|mongodb)(-|$)/;

/** @throws BenchUsageError */
export function readArguments(words: readonly string[], known: readonly string[]): BenchArguments {
  const { values, positionals } = parsed(words);
  const { quick, json, help } = values;
  if (json !== undefined && !existsSync(dirname(resolve(json))))
    throw new BenchUsageError(`--json is ${json}: there is no such folder.`);
  if (json === '') throw new BenchUsageError('--json needs the name of a file: --json FILE.');
  const unknown = positionals.find((asked) => !known.some((name) => isMeant(asked, name)));
  if (unknown !== undefined)
    throw new BenchUsageError(
      `There is no benchmark "${unknown}". There are ${known.join(', ')}; "bus" and "mongodb" are all of their kind.`,
    );
  const names = known.filter((name) =>
    positionals.length === 0 ? !ON_SERVERS.test(name) : positionals.some((asked) => isMeant(asked, name)),
  );
  return { quick, json, help, names };
}

function isMeant(asked: string, name: string): boolean {
  return asked === name || (ON_SERVERS.test(asked) && name.startsWith(`${asked}-`));
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new BenchUsageError(`${parserProblem(error)}. Use [NAME …] [--quick] [--json FILE] [--help].`);
  }
}
