import process from 'node:process';
import { InvalidOptionsError, messageOf } from '@varve/eventstore';
import { CommanderError } from 'commander';
import type { Doctoring } from './doctor/doctor.js';
import { openNamedLog, openNamedReadModels } from './named-stores.js';
import { createProgram, type Runner } from './program/program.js';
import { assertNamed, UsageError, type CliTarget, type GlobalOptions } from './target.js';
import { EXIT, opened, jsonText, type CliIo, type ExitCode } from './terminal/io.js';
import { processIo } from './terminal/process-io.js';
import { printable, printableLines } from './terminal/render.js';

/** Loads the class of an app's root module; called only when a command needs it. */
export type LoadApp = () => Promise<new (...dependencies: never[]) => unknown>;

/** What `runVarveCli` takes beside the app. All of it may be left out. */
export interface CliOptions {
  /** Default: those of the process. */
  readonly arguments?: readonly string[];
  /** What stands in for the terminal, as in a test; `process.exitCode` is not set then. Default: that of the process. */
  readonly io?: CliIo;
  /** Which read models, when the app has several and `--read-models` names none. */
  readonly readModels?: string;
}

/**
 * The `varve` command on an app's own configuration:
 * `await runVarveCli(() => import('./app.module.js').then((m) => m.AppModule))`. Arguments are parsed before the app is loaded, and an
 * app that is loaded for it starts no processor and takes no lease. Without an app it works on files: `--log`, `--read-models`.
 *
 * Sets `process.exitCode`, and answers it.
 */
export async function runVarveCli(loadApp?: LoadApp, options: CliOptions = {}): Promise<ExitCode> {
  const { io, dispose } = options.io ? { io: options.io, dispose: () => undefined } : processIo();
  let exitCode: ExitCode = EXIT.ok;
  const runner: Runner = {
    run: async (command, needs, work) => {
      const global = command.optsWithGlobals<GlobalOptions>();
      if (!loadApp) assertNamed(needs, global);
      const target = await opened(io, loadApp ? openLoaded(loadApp, global, options) : openNamed(global));
      exitCode = await using(target, () => work(target, global.json === true));
    },
    alone: async (command, work) => {
      exitCode = await work(command.optsWithGlobals<GlobalOptions>().json === true);
    },
    examine: async (command, work) => {
      const global = command.optsWithGlobals<GlobalOptions>();
      if (!loadApp) assertNamed([], global);
      exitCode = await work(examinable(loadApp, global, options), global.json === true);
    },
  };
  const words = [...(options.arguments ?? process.argv.slice(2))];
  try {
    await createProgram(runner, io, loadApp === undefined).parseAsync(words, { from: 'user' });
  } catch (error) {
    exitCode = exitCodeOf(error, io);
    if (words.includes('--json')) answerError(error, exitCode, io);
  } finally {
    dispose();
  }
  if (!options.io) process.exitCode = exitCode;
  return exitCode;
}

async function using<T>(target: CliTarget, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await target.close();
  }
}

/** What can be opened each by itself: one damaged file does not hide the others. */
function examinable(loadApp: LoadApp | undefined, global: GlobalOptions, options: CliOptions): Doctoring {
  if (loadApp) return { app: () => openLoaded(loadApp, global, options) };
  const { log, readModels } = global;
  return {
    ...(log !== undefined && { log: () => openNamed({ log }) }),
    ...(readModels !== undefined && { 'read models': () => openNamed({ readModels }) }),
  };
}

/** Nest comes in only here: the command works on files without it. */
async function openLoaded(loadApp: LoadApp, global: GlobalOptions, options: CliOptions): Promise<CliTarget> {
  // One after the other: an app in CommonJS requires Nest, which Node refuses while an import of it is under way.
  const root = await loadApp();
  const { openApp } = await import('../nest/open-app.js');
  assertClass(root);
  const { log, readModels = options.readModels } = global;
  const app = await openApp(root, { log, readModels });
  const { registry, projections, reactors, buses, leaseDuration } = app;
  return {
    ...(app.log && { log: app.log }),
    ...(app.readModels && { readModels: app.readModels }),
    ...((registry ?? app.readModels) && {
      code: { projections, reactors, ...(registry && { registry }) },
    }),
    buses,
    ...(leaseDuration !== undefined && { leaseDuration }),
    close: () => app.close(),
  };
}

/** Nest would speak of modules that import each other. */
function assertClass(root: unknown): void {
  if (typeof root === 'function') return;
  throw new InvalidOptionsError(
    'app',
    `runVarveCli was given ${root === undefined ? 'undefined' : 'something else'} in place of the app's root module. Give it the class: ` +
      "runVarveCli(() => import('./app.module.js').then((module) => module.AppModule)).",
  );
}

async function openNamed(names: GlobalOptions): Promise<CliTarget> {
  const log = names.log === undefined ? undefined : await openNamedLog(names.log);
  try {
    const readModels =
      names.readModels === undefined ? undefined : await openNamedReadModels(names.readModels);
    const close = async (): Promise<void> => {
      await readModels?.close();
      await log?.close();
    };
    return { ...(log && { log }), ...(readModels && { readModels }), close };
  } catch (error) {
    await log?.close();
    throw error;
  }
}

function exitCodeOf(error: unknown, io: CliIo): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    io.error(`error: ${error.message}`);
    return EXIT.usage;
  }
  if (io.signal.aborted) return EXIT.interrupted;
  io.error(describeError(error));
  if (process.env['VARVE_DEBUG'] && error instanceof Error) io.error(printableLines(error.stack ?? '', ''));
  return EXIT.failed;
}

/** A program reads the answer, where a person reads the sentence. */
function answerError(error: unknown, exitCode: ExitCode, io: CliIo): void {
  if (exitCode !== EXIT.failed && exitCode !== EXIT.usage) return;
  const message = error instanceof CommanderError ? describeUsage(error) : messageOf(error);
  const own =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
  io.out(jsonText({ error: { code: exitCode === EXIT.usage ? 'usage' : own, message } }));
}

/** Where no command was named, the usage is shown in place of an error, and commander's message is none. */
function describeUsage({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'No command was named: "varve --help" shows all.';
  return message.replace(/^error: /, '');
}

/** A message may quote what stands in a log; none of it may reach the terminal as it is. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return printable(messageOf(error));
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  const lines = `${code}${error.message}`.split('\n');
  return lines.map(printable).join('\n');
}
