import process from 'node:process';
import type { LoggerService } from '@nestjs/common';
import { messageOf } from '../log/message-of.js';
import { printable } from '../log/printable.js';
import type { StopOptions } from '../processor/processor.js';

/** How long handlers are waited for on shutdown, in milliseconds: half of what `docker stop` leaves before it kills. */
const DEFAULT_TIMEOUT = 5_000;

/** Stops what an app runs, in a shutdown hook: what could not end after `timeout` milliseconds (default 5,000) is logged, and gives the process the exit code 1. */
export async function stopOnShutdown(
  logger: LoggerService,
  running: { stop(options: StopOptions): Promise<void> },
  timeout = DEFAULT_TIMEOUT,
): Promise<void> {
  try {
    await running.stop({ timeout });
  } catch (error) {
    logger.error(`${printable(messageOf(error))} The process will end with code 1.`);
    failOnExit();
  }
}

/** Says what could not be closed in a shutdown hook, and gives the process the exit code 1. */
export function reportUnclosed(logger: LoggerService, what: string, error: unknown): void {
  const stack = error instanceof Error ? error.stack : String(error);
  logger.error(`${what} could not be closed; the process will end with code 1.`, stack);
  failOnExit();
}

/** Nest swallows errors of shutdown hooks, and ends with `process.exit(0)` if told to; what a listener of `exit` sets comes after that. */
function failOnExit(): void {
  process.exitCode = 1;
  process.once('exit', () => (process.exitCode = 1));
}
