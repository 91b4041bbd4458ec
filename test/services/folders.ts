import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** How many servers' logs are kept, so that a machine that only runs tests does not fill up with them. */
const keptLogs = 40;

/** Everything that the harness writes is in here, outside of the checkout. */
function cacheFolder(): string {
  const chosen = process.env['VARVE_SERVICES_CACHE'];
  if (chosen) return resolve(chosen);
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'varve-services');
}

export function jarsFolder(distribution: string): string {
  return join(cacheFolder(), 'jars', distribution);
}

/** What was built of the harness's own sources; see `built.ts`. */
export function builtFolder(): string {
  return join(cacheFolder(), 'built');
}

/** Of classes that servers load; see `process/java-classes.ts`. */
export function archivesFolder(): string {
  return join(cacheFolder(), 'archives');
}

/** Of the servers that `npm run services -- up` has started. */
export function runningFolder(service: string): string {
  return join(cacheFolder(), 'running', service);
}

/** Of one server that a process has started for itself. */
export function ownedFolder(instance: string): string {
  return join(cacheFolder(), 'owned', instance);
}

/** A new folder for the logs of one server; they stay when the server goes, the oldest of all go for them. */
export function newLogsFolder(instance: string): string {
  const all = join(cacheFolder(), 'logs');
  const moment = new Date().toISOString().replace(/[:.]/g, '-');
  const folder = join(all, `${moment}-${instance}`);
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(all).sort().slice(0, -keptLogs)) {
    rmSync(join(all, old), { recursive: true, force: true });
  }
  return folder;
}
