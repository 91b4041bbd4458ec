import { newLogsFolder, runningFolder } from '../folders.ts';
import { killProcess, type ProcessIdentity } from '../process/identity.ts';
import { detachedLauncher } from '../process/launcher.ts';
import { ServiceError } from '../service-error.ts';
import { until } from '../../support/until.ts';
import { services } from './services.ts';
import { loadState, readState, removeRunning, saveState, type ServerState } from './state.ts';

/** A server that runs until `down`. One that runs already is left as it is. */
export async function up(service: string): Promise<ServerState> {
  const running = loadState(service);
  if (running) return running.phase === 'ready' ? running : startedByAnother(service);

  await killRest(service);
  removeRunning(service);
  return start(service);
}

async function start(service: string): Promise<ServerState> {
  const logs = newLogsFolder(service);
  const starter: ProcessIdentity = { pid: process.pid, mark: process.argv[1]! };
  let state: ServerState = { service, phase: 'starting', starter, processes: [], logs, env: {} };
  const record = (change: Partial<ServerState>) => saveState((state = { ...state, ...change }));
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
    await killRest(service);
    removeRunning(service);
    throw error;
  }
}

async function startedByAnother(service: string): Promise<ServerState> {
  return until(
    () => {
      const state = loadState(service);
      if (!state)
        throw new ServiceError('not-ready', `Another process failed to start ${service}. Try again.`);
      return state.phase === 'ready' ? state : undefined;
    },
    { timeout: 180_000, what: `${service}, which another process is starting` },
  );
}

/** What a server of which only a part still runs has left, such as its nameserver. */
export async function killRest(service: string): Promise<void> {
  await Promise.all((readState(service)?.processes ?? []).map(killProcess));
}
