import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtOnce } from '../built.ts';
import { runTool, type Tool } from '../run-tool.ts';
import { ServiceError } from '../service-error.ts';

const go: Tool = {
  command: 'go',
  install:
    'Install Go, 1.22 or newer (Debian: apt-get install golang-go); it is needed once, to build FerretDB.',
};
const sources = fileURLToPath(new URL('ferretdb/', import.meta.url));
/** From nothing it is some 90 seconds of processor time, and a download of 60 MB. */
const timeout = 600_000;

/** The program that runs FerretDB, which has none that could be fetched; its modules come from where GOPROXY says. */
export async function buildFerretDb(): Promise<string> {
  const folder = await builtOnce('ferretdb', sources, async (into) => {
    const args = ['build', '-C', sources, '-buildvcs=false', '-mod=readonly', '-o', programIn(into), '.'];
    await runTool(go, args, timeout).catch((error: unknown) => {
      if (error instanceof ServiceError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ServiceError('build-failed', `FerretDB could not be built. ${reason}`, { cause: error });
    });
  });
  return programIn(folder);
}

function programIn(folder: string): string {
  return join(folder, 'ferretdb');
}
