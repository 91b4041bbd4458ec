#!/usr/bin/env node
import { ConfigError } from '@varve/http/config';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { readOrderConfig } from './config/order-config.js';
import { CsvError } from './import/csv.js';

interface ImportOptions {
  readonly concurrency: number;
  readonly first?: number;
  readonly json: boolean;
}

/** The exit code for arguments that make no sense. */
const NO_SENSE = 2;

const program = new Command('order')
  .description('The write side of the shop. Configured by the same environment as the app.')
  .exitOverride();

program
  .command('import')
  .argument('<dir>', 'folder with orders.csv, order_items.csv, order_payments.csv and customers.csv')
  .description(
    'Replays real orders as commands through the aggregate. May be stopped and run again: nothing is imported twice.',
  )
  .option('--log <file>', 'where the log is kept (VARVE_LOG_FILE)')
  .option('--concurrency <n>', 'commands that wait for the log at once', wholeNumber, 64)
  .option('--first <n>', 'only the first n orders of the file', wholeNumber)
  .option('--json', 'report for programs, with every refusal', false)
  .action(async (directory: string, options: ImportOptions & { log?: string }) => {
    if (options.log !== undefined) process.env['VARVE_LOG_FILE'] = options.log;
    readOrderConfig(process.env);
    const stopped = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        stopped.abort();
      });
    const { runImport } = await import('./import/import-command.js');
    process.exitCode = await runImport({ directory, ...options, signal: stopped.signal });
  });

// Whoever read along has seen enough; the import goes on.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : NO_SENSE;
  else {
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = 1;
  }
}

/** What the user can mend is said in a sentence; anything else with its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isTheirs = error instanceof ConfigError || error instanceof CsvError || 'code' in error;
  if (process.env['VARVE_DEBUG']) return error.stack ?? error.message;
  const cause = error.cause instanceof Error ? `\nCause: ${error.cause.message}` : '';
  return isTheirs ? `${error.message}${cause}` : (error.stack ?? error.message);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}
