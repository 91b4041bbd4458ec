import { sharedServersVariable } from './shared.ts';
import { openSharedServers } from './shared-servers.ts';

/** Of the vitest project `services`: runs once, before its files, in the process that all of them come from. */
export async function setup(): Promise<() => Promise<void>> {
  const servers = await openSharedServers();
  process.env[sharedServersVariable] = servers.address;
  return async () => {
    process.env[sharedServersVariable] = '';
    await servers.stop();
  };
}
