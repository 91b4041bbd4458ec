import { newLogsFolder, runningFolder } from '../folders.ts';
import { withLock } from '../lock.ts';
import { killProcess, type ProcessIdentity } from '../process/identity.ts';
import { detachedLauncher } from '../process/launcher.ts';
import { services } from './services.ts';
import { loadState, readState, removeRunning, saveState, type ServerState } from './state.ts';

/** A server that runs until `down`. One that runs already is left as it is. */
export async function up(service: string): Promise<ServerState> {
  return withLock(`${runningFolder(service)}.lock`, async () => {
    const running = loadState(service);
    if (running) return running;
    await down(service);
    return start(service);
  });
}

/** Also what is left of a server of which only a part still runs, such as its nameserver. */
export async function down(service: string): Promise<void> {
  await Promise.all((readState(service)?.processes ?? []).map(killProcess));
  removeRunning(service);
}

async function start(service: string): Promise<ServerState> {
  const logs = newLogsFolder(service);
  let state: ServerState = { service, phase: 'starting', processes: [], logs, env: {} };
  const record = (change: Partial<ServerState>) => saveState((state = { ...state, ...change }));
  // Before anything is on record: who sees the record may interrupt.
  let ending: Promise<void> | undefined;
  const interrupted = () => {
    ending ??= down(service).finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  record({});
  const tenancy = {
    folder: runningFolder(service),
    logs,
    launcher: detachedLauncher,
    onLaunched: (processes: readonly ProcessIdentity[]) => record({ processes }),
  };
  try {
    const { env } = await services[service]!(tenancy);
    record({ phase: 'ready', env });
    return state;
  } catch (error) {
    await ending;
    await down(service);
    throw error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}
