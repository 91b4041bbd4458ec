import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../support/until.ts';

/** A process by its id and by a text that only its command line has: the id alone may be another's by now. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly mark: string;
}

export function isRunning({ pid, mark }: ProcessIdentity): boolean {
  return commandLineOf(pid).includes(mark);
}

export function signal(process_: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(process_)) return;
  try {
    process.kill(process_.pid, name);
  } catch (error) {
    if (isRunning(process_)) throw error;
  }
}

/** `kill -9`, also of a stopped process; resolves when it is gone. */
export async function killProcess(process_: ProcessIdentity): Promise<void> {
  signal(process_, 'SIGKILL');
  await until(() => !isRunning(process_), { timeout: 30_000, what: `the end of process ${process_.pid}` });
}

/** Empty for a process that has ended, also while nobody has asked for its exit code yet. */
function commandLineOf(pid: number): string {
  if (!existsSync('/proc/self/cmdline')) return commandLineByPs(pid);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function commandLineByPs(pid: number): string {
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  return stdout.startsWith('Z') ? '' : stdout;
}
