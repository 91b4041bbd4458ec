import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { until } from '../../support/until.ts';

/** A process by its id and by a text that only its command line has: the id alone may be another's by now. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly mark: string;
}

/** Until it has given back its files and ports: while it ends it has no command line any more, but still all of these. */
export function isRunning({ pid, mark }: ProcessIdentity): boolean {
  const commandLine = existsSync('/proc/self/stat') ? commandLineOf(pid) : commandLineByPs(pid);
  return commandLine === '' || (commandLine?.includes(mark) ?? false);
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

/** Resolves when all of its threads stand still: until one of them has taken the signal, the others go on. */
export async function freezeProcess(process_: ProcessIdentity): Promise<void> {
  signal(process_, 'SIGSTOP');
  const { pid } = process_;
  const isStill = (): boolean => statesOf(pid).every((state) => state === 'T');
  await until(isStill, { timeout: 30_000, what: `process ${pid} to stand still` });
}

/** Of its threads, as `ps` says it: T for one that stands still. */
function statesOf(pid: number): readonly string[] {
  if (!existsSync('/proc/self/stat')) {
    return [spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.charAt(0)];
  }
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((task) => stateIn(readFileSync(`${tasks}/${task}/stat`, 'utf8')));
}

/** The name before it may have any sign in it. */
function stateIn(stat: string): string {
  return stat.charAt(stat.lastIndexOf(')') + 2);
}

/** `undefined` for one that has ended, also while nobody has asked for its exit code yet; empty for one that is ending. */
function commandLineOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first thread can have ended before the others, which hold what they all share.
    const hasEnded = 'ZX'.includes(state) && readdirSync(`/proc/${pid}/task`).length <= 1;
    const isOfKernel = parent === '2';
    return hasEnded || isOfKernel ? undefined : readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return undefined;
  }
}

function commandLineByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  return stdout === '' || stdout.startsWith('Z') ? undefined : stdout;
}
