import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { mongoJavaServer } from './jars/distributions.ts';
import { startChild } from '../support/children.ts';
import { isRunning } from './process/identity.ts';
import { temporaryCache } from './temporary-cache.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const run = promisify(execFile);

/** The quickest one. */
const SERVICE = 'mongo-java-server';

interface Report {
  readonly service: string;
  readonly state: string;
  readonly logs: string;
  readonly pids: readonly number[];
}

describe('npm run services', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await temporaryCache(mongoJavaServer);
  });
  afterEach(async () => services('down', SERVICE));

  async function services(...args: string[]): Promise<Report> {
    const { stdout } = await run(process.execPath, [main, ...args, '--json'], {
      env: { ...process.env, VARVE_SERVICES_CACHE: cache },
    }).catch((error: unknown) => error as { stdout: string });
    return (JSON.parse(stdout) as Report[])[0]!;
  }

  it('starts one server for all that ask for it at once', async () => {
    const [first, second] = await Promise.all([services('up', SERVICE), services('up', SERVICE)]);

    expect(first.state).toBe('ready');
    expect(second).toEqual(first);
  });

  it('takes no notice of a server that somebody has killed', async () => {
    const started = await services('up', SERVICE);
    process.kill(started.pids[0]!, 'SIGKILL');
    await until(() => !runs(started.pids[0]!));

    expect(await services('status', SERVICE)).toMatchObject({ state: 'down' });
    const again = await services('up', SERVICE);

    expect(again.state).toBe('ready');
    expect(again.pids).not.toEqual(started.pids);
  });

  it('leaves nothing running when it is interrupted', async () => {
    const up = startChild(main, ['up', SERVICE], { env: { VARVE_SERVICES_CACHE: cache } });
    const state = join(cache, 'running', SERVICE, 'state.json');
    await until(() => existsSync(state), { what: 'the record of the server' });

    up.signal('SIGINT');

    expect(await up.exited).toEqual({ code: 130, signal: null });
    expect(existsSync(state)).toBe(false);
  });

  it('says what to install where there is no Java', async () => {
    const env = { ...process.env, VARVE_SERVICES_CACHE: cache, JAVA_HOME: '/nowhere' };
    const asked = run(process.execPath, [main, 'up', SERVICE], { env });

    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('default-jre-headless'),
    });
    expect(await services('status', SERVICE)).toMatchObject({ state: 'down' });
  });

  it('says in words what is wrong with an option, without a stack', async () => {
    const asked = run(process.execPath, [main, 'status', '--bogus']);

    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Unknown option '--bogus'\.\n\nnpm run services(?![\s\S]* at )/),
    });
  });

  it('says which services there are when asked for another', async () => {
    const asked = run(process.execPath, [main, 'up', 'postgres']);

    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/"postgres".*\n.*\nnpm run/),
    });
  });
});

function runs(pid: number): boolean {
  return isRunning({ pid, mark: 'varve.process=' });
}
