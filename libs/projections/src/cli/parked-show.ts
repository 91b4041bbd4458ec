import type { ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { printable } from './render.js';

/** One parked stream: where it stands and the whole error. */
export async function parkedShow(
  readModels: ReadModels<unknown>,
  name: string,
  stream: string,
  options: { readonly json: boolean; readonly io: CliIo },
): Promise<ExitCode> {
  const { io, json } = options;
  let found = 0;
  for (const version of await readModels.listVersions(name)) {
    const parked = (await readModels.listParked(version.processor)).find((one) => one.stream === stream);
    if (!parked) continue;
    found++;
    if (json) io.out(JSON.stringify({ ...parked, processor: version.processor }));
    else {
      io.out(`${printable(stream)} in ${version.processor}`);
      io.out(
        `  waits at version ${parked.nextVersion} (position ${parked.position}) since ${parked.parkedAt.toISOString()}`,
      );
      io.out(`  tried ${parked.attempts} times${parked.request ? `; asked to ${parked.request}` : ''}`);
      io.out(`  ${parked.errorCode}: ${parked.errorMessage}`);
    }
  }
  if (found > 0) return EXIT.ok;
  io.error(`Stream "${printable(stream)}" is not parked in "${name}".`);
  return EXIT.failed;
}
