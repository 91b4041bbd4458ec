import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownedFolder } from '../folders.ts';
import { isRunning, signal, type ProcessIdentity } from './identity.ts';

interface Owned {
  readonly guard: ProcessIdentity;
  readonly processes: readonly ProcessIdentity[];
}

const record = 'owned.json';

export function recordOwned(folder: string, owned: Owned): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, record);
  writeFileSync(`${file}.new`, JSON.stringify(owned));
  renameSync(`${file}.new`, file);
}

/** A guard can be killed, too, and a machine can lose its power: what they left is ended by whoever starts a server next. */
export function endOrphans(): void {
  const all = ownedFolder('');
  if (!existsSync(all)) return;
  for (const name of readdirSync(all)) {
    const folder = join(all, name);
    const owned = readOwned(folder);
    if (!owned || isRunning(owned.guard)) continue;
    for (const process of owned.processes) signal(process, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** `undefined` for one that is only just being made. */
function readOwned(folder: string): Owned | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, record), 'utf8')) as Owned;
  } catch {
    return undefined;
  }
}
