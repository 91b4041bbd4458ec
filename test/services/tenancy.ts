import { randomUUID } from 'node:crypto';
import { newLogsFolder, ownedFolder } from './folders.ts';
import { guardedLauncher } from './process/guarded-launcher.ts';
import { endOrphans, recordOwned } from './process/orphans.ts';
import type { ProcessIdentity } from './process/identity.ts';
import type { Launcher } from './process/launcher.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where a server runs, and whose life it shares. */
export interface Tenancy {
  readonly folder: string;
  readonly logs: string;
  readonly launcher: Launcher;
  readonly onLaunched?: (processes: readonly ProcessIdentity[]) => void;
}

/** For a server that ends with this process. */
export function ownTenancy(service: string): Tenancy {
  endOrphans();
  const instance = `${service}-${randomUUID().slice(0, 8)}`;
  const folder = ownedFolder(instance);
  const { launcher, guard } = guardedLauncher(folder);
  const record = (processes: readonly ProcessIdentity[]) => recordOwned(folder, { guard, processes });
  record([]);
  return { folder, logs: newLogsFolder(instance), launcher, onLaunched: record };
}
