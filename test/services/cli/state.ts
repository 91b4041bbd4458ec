import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runningFolder } from '../folders.ts';
import { isRunning, type ProcessIdentity } from '../process/identity.ts';

/** What is on record of a server that `up` has started. */
export interface ServerState {
  readonly service: string;
  readonly phase: 'starting' | 'ready';
  readonly processes: readonly ProcessIdentity[];
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
}

function fileOf(service: string): string {
  return join(runningFolder(service), 'state.json');
}

export function saveState(state: ServerState): void {
  const file = fileOf(state.service);
  mkdirSync(runningFolder(state.service), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
}

/** `undefined` too for a server that does not run any more, or was never ready: somebody killed it, or who started it. */
export function loadState(service: string): ServerState | undefined {
  const state = readState(service);
  const runs = state?.phase === 'ready' && state.processes.every(isRunning);
  return runs ? state : undefined;
}

/** Whatever is on record, whether it runs or not. */
export function readState(service: string): ServerState | undefined {
  const file = fileOf(service);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerState;
  } catch {
    return undefined;
  }
}

export function removeRunning(service: string): void {
  rmSync(runningFolder(service), { recursive: true, force: true, maxRetries: 3 });
}
