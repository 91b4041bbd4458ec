import type { ReadModels } from '../../projection/read-models.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';

/** Drops the versions that readers do not see and nobody builds, or the one that is named. */
export async function projectionsDrop(
  readModels: ReadModels<unknown>,
  name: string,
  { only, json }: { readonly only?: string; readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> {
  const versions = await readModels.listVersions(name);
  const chosen = versions.filter(({ processor, state }) =>
    only === undefined ? state === 'retired' : processor === only,
  );
  if (chosen.length === 0 && (only !== undefined || versions.length === 0)) {
    const known = versions.map(({ processor }) => processor).join(', ') || 'nothing of that name';
    throw new Error(`There is no "${only ?? name}" to drop. There is: ${known}.`);
  }
  for (const version of chosen) await readModels.dropVersion(version);
  const dropped = chosen.map(({ processor }) => processor);
  const text =
    dropped.map((processor) => `${processor} dropped`).join('\n') || `${name} has no retired version.`;
  answer(io, json, { dropped }, text);
  return EXIT.ok;
}
