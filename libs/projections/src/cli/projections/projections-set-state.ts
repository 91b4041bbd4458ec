import type { ReadModels } from '../../projection/read-models.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { chosenOf } from './processors.js';

export interface StateFlags {
  readonly state: 'active' | 'paused';
  readonly only?: string;
  readonly reason?: string;
  readonly json: boolean;
}

/** Pauses or resumes what readers see and what is being built, or one version. Pausing raises the lease's token: what is being applied now is rolled back. */
export async function projectionsSetState(
  readModels: ReadModels<unknown>,
  name: string,
  { state, only, reason, json }: StateFlags,
  io: CliIo,
): Promise<ExitCode> {
  const chosen = await chosenOf(readModels, name, only);
  for (const { processor } of chosen) await readModels.setState(processor, state, reason);
  const processors = chosen.map(({ processor }) => processor);
  const done = state === 'paused' ? 'paused' : 'resumed';
  answer(io, json, { [done]: processors }, processors.map((processor) => `${processor} ${done}`).join('\n'));
  return EXIT.ok;
}
