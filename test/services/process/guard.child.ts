/**
 * The parent of a server that belongs to one process. It notices the end of that process, `kill -9` included, by the
 * channel between them that the system closes; then it ends the server and removes its folder.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { spawnCommand, type Command } from './command.ts';

const [folder] = process.argv.slice(2);
const children = new Set<ChildProcess>();

function launch(command: Command): void {
  const child = spawnCommand(command);
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.once('spawn', () => answer({ pid: child.pid! }));
  child.once('error', (error) => {
    children.delete(child);
    answer({ error: error.message });
  });
}

export type GuardAnswer = { readonly pid: number } | { readonly error: string };

function answer(message: GuardAnswer): void {
  if (process.connected) process.send!(message);
}

async function end(): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

process.on('message', launch);
process.once('disconnect', () => void end());
