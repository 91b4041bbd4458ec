import { listParked, type ParkedStream } from '../../parking/list-parked.js';
import { UnknownProjectionError } from '../../projection/errors.js';
import type { ProcessorRow, ProjectionVersion, ReadModels } from '../../projection/read-models.js';
import { reactorNameOf, versionIdOf } from '../../projection/version-id.js';

/** A row of a checkpoint, as a person sees it: a version of a projection, or a reactor. */
export interface ProcessorOf extends ProcessorRow {
  readonly name: string;
  readonly kind: 'projection' | 'reactor';
  /** `working` is a reactor, which has no versions. */
  readonly stage: ProjectionVersion['state'] | 'working';
}

/**
 * Everything that follows the log, or what has one name.
 *
 * @throws UnknownProjectionError nothing has that name
 */
export async function processorsOf(
  readModels: ReadModels<unknown>,
  name?: string,
): Promise<readonly ProcessorOf[]> {
  const versions = await readModels.listVersions(name);
  const reactors = (await readModels.listProcessors()).filter(({ processor }) => !versionIdOf(processor));
  const all = [
    ...versions.map((version) => ({ ...version, kind: 'projection' as const, stage: version.state })),
    ...reactors.map((row) => ({
      ...row,
      name: reactorNameOf(row.processor) ?? row.processor,
      kind: 'reactor' as const,
      stage: 'working' as const,
    })),
  ].filter((one) => name === undefined || one.name === name);
  if (all.length === 0 && name !== undefined) throw new UnknownProjectionError(name, readModels.location);
  return all;
}

/** All but the retired, or the one that is named, such as `orders@1`. */
export async function chosenOf(
  readModels: ReadModels<unknown>,
  name: string,
  only: string | undefined,
): Promise<readonly ProcessorOf[]> {
  const all = await processorsOf(readModels, name);
  if (only === undefined) return all.filter(({ stage }) => stage !== 'retired');
  const one = all.filter(({ processor }) => processor === only);
  if (one.length > 0) return one;
  throw new Error(`There is no "${only}". There are: ${all.map(({ processor }) => processor).join(', ')}.`);
}

/** What is set aside where anybody still works: a version that was replaced applies nothing any more. */
export async function parkedOf(
  readModels: ReadModels<unknown>,
  name?: string,
): Promise<readonly ParkedStream[]> {
  const retired = (await readModels.listVersions(name)).filter(({ state }) => state === 'retired');
  const all = await listParked(readModels, name);
  return all.filter((one) => retired.every(({ processor }) => processor !== one.processor));
}
