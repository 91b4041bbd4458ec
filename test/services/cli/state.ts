import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runningFolder } from '../folders.ts';
import { isRunning, type ProcessIdentity } from '../process/identity.ts';

/** What is on record of a server that `up` has started. */
export interface ServerState {
  readonly service: string;
  readonly phase: 'starting' | 'ready';
  /** The process that starts it. */
  readonly starter: ProcessIdentity;
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

/** `undefined` too for a server of which nothing runs any more: its machine was restarted, or somebody killed it. */
export function loadState(service: string): ServerState | undefined {
  const state = readState(service);
  return state && isAlive(state) ? state : undefined;
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

function isAlive({ phase, starter, processes }: ServerState): boolean {
  if (phase === 'starting') return isRunning(starter) || processes.some(isRunning);
  return processes.length > 0 && processes.every(isRunning);
}

export function removeRunning(service: string): void {
  rmSync(runningFolder(service), { recursive: true, force: true, maxRetries: 3 });
}
