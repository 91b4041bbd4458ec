import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChild, type Child } from '../support/children.ts';
import { until } from '../support/until.ts';
import { mongoJavaServer } from './jars/distributions.ts';
import { isRunning, signal, type ProcessIdentity } from './process/identity.ts';
import { temporaryCache } from './temporary-cache.ts';

interface Ready {
  readonly ready: string;
  readonly logs: string;
}

interface Owned {
  readonly guard: ProcessIdentity;
  readonly processes: readonly ProcessIdentity[];
}

/** That it ends with a `kill -9` of its owner is tested of every server, in lifetime.test.ts. */
describe('a server that a process has started for itself', () => {
  it('ends with an owner that is killed while the server starts', async () => {
    const { cache, owner } = await anOwner();
    const { processes, guard } = await until(() => launched(cache), { timeout: 60_000, what: 'the launch' });

    await owner.kill();

    await until(() => !isRunning(guard), { what: 'the end of the guard' });
    expect(processes.map(isRunning)).toEqual([false]);
  });

  it('ends with an owner that forgets to stop it', async () => {
    const { cache, owner } = await anOwner();
    await ready(owner);
    const { processes, guard } = await owned(cache);

    owner.process.stdin?.end();

    await until(() => !isRunning(guard), { what: 'the end of the guard' });
    expect(processes.map(isRunning)).toEqual([false]);
  });

  it('is ended by the next one to start a server when its guard was killed as well', async () => {
    const { cache, owner } = await anOwner();
    await ready(owner);
    const { processes, guard } = await owned(cache);
    signal(guard, 'SIGKILL');
    await owner.kill();
    expect(processes.map(isRunning)).toEqual([true]);

    const next = startOwner(cache);

    await until(() => !processes.some(isRunning), { what: 'the end of the orphan' });
    await ready(next);
    expect(readdirSync(join(cache, 'owned'))).toHaveLength(1);
    await next.kill();
    await until(() => readdirSync(join(cache, 'owned')).length === 0);
  });
});

async function anOwner(): Promise<{ cache: string; owner: Child }> {
  const cache = await temporaryCache(mongoJavaServer);
  return { cache, owner: startOwner(cache) };
}

function startOwner(cache: string): Child {
  return startChild(new URL('owner.child.ts', import.meta.url), ['mongo-java-server'], {
    env: { VARVE_SERVICES_CACHE: cache },
  });
}

async function ready(owner: Child): Promise<Ready> {
  const isReady = (message: unknown): message is Ready =>
    typeof message === 'object' && message !== null && 'ready' in message;
  return owner.heard(isReady, 'a server', 90_000);
}

async function owned(cache: string): Promise<Owned> {
  return until(() => launched(cache));
}

function launched(cache: string): Owned | undefined {
  const all = join(cache, 'owned');
  const [name] = existsSync(all) ? readdirSync(all) : [];
  const file = join(all, name ?? '', 'owned.json');
  if (!name || !existsSync(file)) return undefined;
  const record = JSON.parse(readFileSync(file, 'utf8')) as Owned;
  return record.processes.length > 0 ? record : undefined;
}
