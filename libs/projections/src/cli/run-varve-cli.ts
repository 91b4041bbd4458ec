import process from 'node:process';
import { CommanderError, type Command } from 'commander';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { createProgram } from './program.js';
import { processIo } from './process-io.js';
import type { CliTarget, GlobalOptions } from './target.js';

/** Loads the class of an app's root module; called only when a command needs it. */
export type LoadApp = () => Promise<new (...dependencies: never[]) => unknown>;

export interface CliOptions {
  /** Default: those of the process. */
  readonly arguments?: readonly string[];
  readonly io?: CliIo;
  /** Which read models, when the app has several. */
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
  const open = loadApp ? () => openLoaded(loadApp, options.readModels) : openNamed;
  let exitCode: ExitCode = EXIT.ok;
  const run = async (command: Command, work: Work): Promise<void> => {
    const global = command.optsWithGlobals<GlobalOptions>();
    const target = await open(global);
    try {
      exitCode = await work(target, global);
    } finally {
      await target.close();
    }
  };
  try {
    await createProgram(run, io, loadApp === undefined).parseAsync(
      [...(options.arguments ?? process.argv.slice(2))],
      {
        from: 'user',
      },
    );
  } catch (error) {
    exitCode = exitCodeOf(error, io);
  } finally {
    dispose();
  }
  if (!options.io) process.exitCode = exitCode;
  return exitCode;
}

type Work = (target: CliTarget, global: GlobalOptions) => Promise<ExitCode>;

/** Nest comes in only here: the command works on files without it. */
async function openLoaded(loadApp: LoadApp, readModels: string | undefined): Promise<CliTarget> {
  const [root, { openApp }] = await Promise.all([loadApp(), import('../nest/open-app.js')]);
  const app = await openApp(root, readModels);
  return { log: app.log, readModels: app.readModels, code: app, close: () => app.close() };
}

/** The driver comes in only when a file is opened: `--help` costs nothing. */
async function openNamed(files: GlobalOptions): Promise<CliTarget> {
  const { openFiles } = await import('../sqlite/open-files.js');
  return openFiles(files);
}

function exitCodeOf(error: unknown, io: CliIo): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (io.signal.aborted) return EXIT.interrupted;
  io.error(error instanceof Error ? `${codeOf(error)}${error.message}` : String(error));
  return EXIT.failed;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
}
