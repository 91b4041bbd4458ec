import { InvalidOptionsError } from '@varve/eventstore';
import type { ProjectionVersion, ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';

/** Drops the versions that readers do not see and nobody builds, or the one that is named. */
export async function projectionsDrop(
  readModels: ReadModels<unknown>,
  name: string,
  processor: string | undefined,
  io: CliIo,
): Promise<ExitCode> {
  const versions = await readModels.listVersions(name);
  const chosen = processor === undefined ? versions.filter(isRetired) : [find(versions, processor)];
  for (const version of chosen) {
    await readModels.dropVersion(version);
    io.out(`${version.processor} dropped`);
  }
  if (chosen.length === 0) io.out(`${name} has no retired version.`);
  return EXIT.ok;
}

function isRetired(version: ProjectionVersion): boolean {
  return version.state === 'retired';
}

function find(versions: readonly ProjectionVersion[], processor: string): ProjectionVersion {
  const version = versions.find((one) => one.processor === processor);
  if (version) return version;
  const known = versions.map((one) => one.processor).join(', ');
  throw new InvalidOptionsError(
    '--only',
    `There is no version "${processor}". There are: ${known || 'none'}.`,
  );
}
