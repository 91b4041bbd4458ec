export { EXIT, type CliIo, type ExitCode } from './terminal/io.js';
export { runVarveCli, type CliOptions, type LoadApp } from './run-varve-cli.js';
