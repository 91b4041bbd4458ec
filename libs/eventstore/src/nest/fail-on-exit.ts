import process from 'node:process';

/** Nest swallows errors of shutdown hooks, and ends with `process.exit(0)` if told to; what a listener of `exit` sets comes after that. */
export function failOnExit(): void {
  process.exitCode = 1;
  process.once('exit', () => (process.exitCode = 1));
}
