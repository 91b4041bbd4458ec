import type { ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { printable } from './render.js';

/** Asks whoever holds the lease to replay a parked stream, or to give its commits up; works while the processor runs. */
export async function parkedRequest(
  readModels: ReadModels<unknown>,
  name: string,
  streams: readonly string[],
  options: { readonly what: 'retry' | 'discard'; readonly io: CliIo },
): Promise<ExitCode> {
  const { what, io } = options;
  let asked = 0;
  for (const { processor } of await readModels.listVersions(name)) {
    const parked = (await readModels.listParked(processor)).map((one) => one.stream);
    for (const stream of streams.length > 0 ? parked.filter((one) => streams.includes(one)) : parked) {
      if (!(await readModels.request(processor, stream, what))) continue;
      asked++;
      io.out(`${processor}: ${what} of ${printable(stream)} asked for`);
    }
  }
  if (asked > 0) return EXIT.ok;
  io.error(`Nothing to ${what}: no such stream is parked in "${name}". See "varve parked list ${name}".`);
  return EXIT.failed;
}
