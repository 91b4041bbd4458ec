import type { ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';

/** Pauses or resumes every version of a projection, or one of them. Pausing raises the lease's token: what is being applied now is rolled back. */
export async function projectionsSetState(
  readModels: ReadModels<unknown>,
  name: string,
  options: { readonly state: 'active' | 'paused'; readonly version?: number; readonly reason?: string },
  io: CliIo,
): Promise<ExitCode> {
  const versions = (await readModels.listVersions(name)).filter(
    (version) => options.version === undefined || version.version === options.version,
  );
  if (versions.length === 0) {
    io.error(`There is no projection "${name}" with that version in ${readModels.location}.`);
    return EXIT.failed;
  }
  for (const { processor } of versions) {
    await readModels.setState(processor, options.state, options.reason);
    io.out(`${processor} ${options.state === 'paused' ? 'paused' : 'resumed'}`);
  }
  return EXIT.ok;
}
