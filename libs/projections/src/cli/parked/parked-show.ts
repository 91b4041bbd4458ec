import { listParked } from '../../parking/list-parked.js';
import { showParked, type ParkedDetails } from '../../parking/show-parked.js';
import { logOf, readModelsOf, type CliTarget } from '../target.js';
import { EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { describeEvent, printable, printableLines } from '../terminal/render.js';

export interface ShowFlags {
  readonly json: boolean;
  /** The most waiting events to show. */
  readonly limit?: number;
}

/** One parked stream: where it stands, the whole error, and what waits. */
export async function parkedShow(
  target: CliTarget,
  [name, stream]: readonly [string, string],
  { json, limit = 10 }: ShowFlags,
  io: CliIo,
): Promise<ExitCode> {
  const [log, readModels] = [logOf(target), readModelsOf(target)];
  const found = (await listParked(readModels, name)).filter((row) => row.stream === stream);
  for (const { processor } of found) {
    const details = await showParked({ log, readModels }, processor, stream, { limit });
    if (json) io.out(jsonText({ processor, ...details }));
    else io.out(describe(processor, details));
  }
  if (found.length > 0) return EXIT.ok;
  throw new Error(`Stream "${stream}" is not parked in "${name}".`);
}

function describe(processor: string, { parked, checkpoint, waiting, more }: ParkedDetails): string {
  const { stream, nextVersion, position, parkedAt, attempts, request, errorCode, errorMessage } = parked;
  const asked = request ? `; asked to ${request}` : '';
  return [
    `${printable(stream)} in ${processor}`,
    `  waits at version ${nextVersion} (position ${position}) since ${parkedAt.toISOString()}; the others are at position ${checkpoint}`,
    `  tried ${attempts === 1 ? 'once' : `${attempts} times`}${asked}`,
    `  ${printable(errorCode)}: ${printableLines(errorMessage, '    ')}`,
    '  waiting:',
    ...waiting.map((event) => `    ${describeEvent(event)}`),
    ...(more ? ['    … and more (--limit)'] : []),
  ].join('\n');
}
