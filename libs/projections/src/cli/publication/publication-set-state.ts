import { publicationsOf } from '../bus/buses.js';
import type { CliTarget } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';

export interface PublicationStateFlags {
  readonly what: 'pause' | 'resume';
  readonly bus?: string;
  readonly reason?: string;
  readonly json: boolean;
}

/** Makes the relay stop, whichever instance it is on, or go on; also after it was stopped by a refusal. */
export async function publicationSetState(
  target: CliTarget,
  { what, bus, reason, json }: PublicationStateFlags,
  io: CliIo,
): Promise<ExitCode> {
  const buses: string[] = [];
  for (const { name, publication } of publicationsOf(target, bus)) {
    if (!(await publication.report()).relay) throw new Error(`Publication on ${name} has never begun.`);
    await (what === 'pause' ? publication.pause(reason) : publication.resume());
    buses.push(name);
  }
  const then =
    what === 'pause' ? 'commits wait in the log; appends go on' : 'an instance that runs goes on at once';
  answer(io, json, { publication: what, buses }, `Publication on ${buses.join(', ')}: ${what}d; ${then}.`);
  return EXIT.ok;
}
