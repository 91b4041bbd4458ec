import { discardParked } from '../../parking/discard-parked.js';
import { retryParked } from '../../parking/retry-parked.js';
import { isProjectionsError } from '../../projection/errors.js';
import type { ReadModels } from '../../projection/read-models.js';
import { parkedOf } from '../projections/processors.js';
import { EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable } from '../terminal/render.js';

const REQUESTS = { retry: retryParked, discard: discardParked };

export interface RequestFlags {
  readonly what: keyof typeof REQUESTS;
  readonly json: boolean;
  /** All that are parked, without names. */
  readonly streams: readonly string[];
}

/** Asks whoever holds the lease to apply parked streams, or to give up on what failed in them; works whether a projector runs or not. */
export async function parkedRequest(
  readModels: ReadModels<unknown>,
  name: string,
  { what, streams, json }: RequestFlags,
  io: CliIo,
): Promise<ExitCode> {
  const parked = await parkedOf(readModels, name);
  const chosen = streams.length === 0 ? parked : parked.filter(({ stream }) => streams.includes(stream));
  const asked: { readonly processor: string; readonly stream: string }[] = [];
  for (const { processor, stream } of chosen) {
    if (await isAskedFor(() => REQUESTS[what](readModels, processor, stream)))
      asked.push({ processor, stream });
  }
  const missing = streams.filter((stream) => asked.every((one) => one.stream !== stream));
  if (json) io.out(jsonText({ request: what, asked, missing }));
  else
    for (const { processor, stream } of asked)
      io.out(`${processor}: ${what} of ${printable(stream)} asked for`);
  if (asked.length > 0 && !json)
    io.out('A projector that runs does it at once, another when it starts: varve parked list.');
  for (const stream of missing) io.error(`"${printable(stream)}" is not parked in "${printable(name)}".`);
  if (missing.length === 0 && chosen.length > 0) return EXIT.ok;
  if (missing.length === 0) io.error(`Nothing is parked in "${printable(name)}".`);
  return EXIT.failed;
}

/** `false`: a projector that runs has applied it since it was listed, since somebody else had asked. */
async function isAskedFor(request: () => Promise<void>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (isProjectionsError(error, 'not-parked')) return false;
    throw error;
  }
}
