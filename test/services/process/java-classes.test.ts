import { chmodSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterTest } from '../../support/after-test.ts';
import { temporaryFolder } from '../../support/temp-dir.ts';
import { builtFolder, jarsFolder } from '../folders.ts';
import { mongoJavaServer } from '../jars/distributions.ts';
import { buildJavaServer } from '../mongodb/build-java-server.ts';
import { startMongoJavaServer } from '../mongodb/start-mongo-java-server.ts';
import { runTool } from '../run-tool.ts';

/** The quickest server is one of many. */
describe('the classes of a server', () => {
  let archives: string;
  beforeEach(async () => {
    await buildJavaServer();
    const [jars, built] = [jarsFolder(mongoJavaServer.name), builtFolder()];
    const cache = temporaryFolder();
    mkdirSync(join(cache, 'jars'));
    symlinkSync(jars, join(cache, 'jars', mongoJavaServer.name));
    symlinkSync(built, join(cache, 'built'));
    vi.stubEnv('VARVE_SERVICES_CACHE', cache);
    archives = join(cache, 'archives');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('are archived by the first one that starts, and taken from there by the next, also after a kill -9', async () => {
    expect(await archiveUsed()).toBe(false);
    const [archive] = readdirSync(archives);
    expect(readdirSync(archives)).toEqual([expect.stringMatching(/^mongo-java-server-[0-9a-f]{12}$/)]);

    expect(await archiveUsed()).toBe(true);
    expect(readdirSync(archives)).toEqual([archive]);
  });

  it('are in one whole archive when two start at once', async () => {
    await Promise.all([archiveUsed(), archiveUsed()]);

    expect(readdirSync(archives)).toHaveLength(1);
    expect(await archiveUsed()).toBe(true);
  });

  it.each([
    ['cut off', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['of another Java', (whole: Buffer) => Buffer.from(whole).fill(7, 0, 4096)],
    ['damaged', (whole: Buffer) => Buffer.from(whole).fill(7, whole.length / 2, whole.length / 2 + 64)],
  ])('are found without an archive that is %s', async (_what, broken) => {
    await archiveUsed();
    const file = join(archives, readdirSync(archives)[0]!, 'classes.jsa');
    chmodSync(file, 0o600);
    writeFileSync(file, broken(readFileSync(file)));

    expect(await archiveUsed()).toBe(false);
  });

  it('are found without an archive where there is no jcmd', async () => {
    const tools = temporaryFolder();
    const java = await runTool({ command: 'which', install: '' }, ['java'], 10_000);
    symlinkSync(java.trim(), join(tools, 'java'));
    vi.stubEnv('PATH', tools);

    expect(await archiveUsed()).toBe(false);
    expect(readdirSync(archives)).toEqual([]);
  });
});

/** By a server that has become ready, and is killed. */
async function archiveUsed(): Promise<boolean> {
  const server = await startMongoJavaServer();
  afterTest(() => server.stop());
  const [{ pid } = { pid: 0 }] = server.identities();
  // Its files, open or mapped.
  const isUsed = readFileSync(`/proc/${pid}/maps`, 'utf8').includes('/archives/');
  await server.kill();
  return isUsed;
}
