import type { Position } from '@varve/eventstore';
import { waitFor } from '../../projection/waiting/wait-for.js';
import { logOf, readModelsOf, type CliTarget } from '../target.js';
import { EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';

export interface WaitFlags {
  /** Default: the log's head now. */
  readonly position?: Position;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json: boolean;
}

/** Waits until readers of a projection see a position. */
export async function projectionsWait(
  target: CliTarget,
  name: string,
  flags: WaitFlags,
  io: CliIo,
): Promise<ExitCode> {
  const log = logOf(target);
  const position = flags.position ?? (await log.head());
  const { timeout } = flags;
  const outcome = await waitFor({ log, readModels: readModelsOf(target) }, position, name, {
    timeout,
    signal: io.signal,
  });
  if (flags.json) io.out(jsonText({ ...outcome, wanted: position }));
  else if (outcome.reached) io.out(`${name} has come to position ${outcome.position}.`);
  else
    io.error(
      `${name} has not come to position ${position}: it is at ${outcome.position} (${outcome.reason}).`,
    );
  return outcome.reached ? EXIT.ok : EXIT.notReached;
}
