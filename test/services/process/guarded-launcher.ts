import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '../service-error.ts';
import type { Command } from './command.ts';
import type { GuardAnswer } from './guard.child.ts';
import type { ProcessIdentity } from './identity.ts';
import type { Launcher } from './launcher.ts';

const script = fileURLToPath(new URL('guard.child.ts', import.meta.url));

export interface Guarded {
  readonly launcher: Launcher;
  readonly guard: ProcessIdentity;
}

/** Processes that end with this one, however it ends; `folder` goes with them. */
export function guardedLauncher(folder: string): Guarded {
  // A group of its own, so that what is sent to the harness's group does not take the guard first.
  const guard = fork(script, [folder], { detached: true, execArgv: [], stdio: 'ignore' });
  const exited = once(guard, 'exit');
  guard.unref();
  guard.channel?.unref();
  const launcher: Launcher = {
    launch: (command) => launchIn(guard, command),
    async release() {
      if (guard.connected) guard.disconnect();
      guard.ref();
      await exited;
    },
  };
  return { launcher, guard: { pid: guard.pid!, mark: folder } };
}

async function launchIn(guard: ChildProcess, command: Command): Promise<number> {
  guard.channel?.ref();
  try {
    const answer = once(guard, 'message', { signal: AbortSignal.timeout(30_000) });
    guard.send(command);
    const [message] = (await answer) as [GuardAnswer];
    if ('pid' in message) return message.pid;
    throw new ServiceError('process-died', `${command.name} could not be started: ${message.error}`);
  } finally {
    guard.channel?.unref();
  }
}
