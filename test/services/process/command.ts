import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Command {
  /** Of the process within its server, such as `broker`; also the name of its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly log: string;
}

/** In a session of its own, so that the terminal's Ctrl-C is for the harness alone to act on. */
export function spawnCommand({ command, args, folder, log }: Command): ChildProcess {
  const file = openSync(log, 'a');
  try {
    return spawn(command, args, { cwd: folder, detached: true, stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
}
