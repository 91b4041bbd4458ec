import type { ProcessorId } from '@varve/eventstore';
import { isDuplicateKey } from '@varve/eventstore/mongodb';
import { processorIdOf, UnknownProjectionError, versionIdOf, type VersionId } from '../../index.js';
import type { Own, ProjectionRecord, VersionEntry } from '../connection/own-collections.js';

export interface StoredVersion extends VersionEntry, VersionId {
  readonly processor: string;
}

export async function findProjection(own: Own, name: string): Promise<StoredVersion[]> {
  const record = await own.projections.findOne({ _id: name }, own.inside);
  return record ? versionsOf(record) : [];
}

/** The version that a processor builds, also when it was dropped; nothing for a reactor, and for a version that nobody knows. */
export async function findVersionOf(own: Own, processor: ProcessorId): Promise<StoredVersion | undefined> {
  const id = versionIdOf(processor);
  return id && (await findProjection(own, id.name)).find((version) => version.processor === processor);
}

/** By version and generation, the dropped ones too. */
export function versionsOf({ _id: name, versions }: ProjectionRecord): StoredVersion[] {
  return versions
    .map((entry) => ({ ...entry, name, processor: processorIdOf({ ...entry, name }) }))
    .toSorted((a, b) => a.version - b.version || a.generation - b.generation);
}

/** @throws UnknownProjectionError also when it was dropped */
export function pickVersion(
  versions: readonly StoredVersion[],
  { name, version, generation }: VersionId,
  location: string,
): StoredVersion {
  const found = versions.find((each) => each.version === version && each.generation === generation);
  if (found && found.state !== 'dropped') return found;
  throw new UnknownProjectionError(`${name}@${version}`, location);
}

/** Puts entries in place of those of the same version and generation. Runs in a transaction that has read the record. */
export async function changeVersions(
  own: Own,
  versions: readonly StoredVersion[],
  changes: readonly StoredVersion[],
): Promise<void> {
  const name = changes[0]?.name ?? '';
  const changed = { $set: { versions: entriesWith(versions, changes) }, $inc: { revision: 1 } };
  if (versions.length > 0) await own.projections.updateOne({ _id: name }, changed, own.inside);
  else await own.projections.insertOne({ _id: name, revision: 0, ...changed.$set }, own.inside);
}

export interface StoredProjection {
  readonly name: string;
  /** Nothing when there is no record. */
  readonly revision: number | undefined;
  readonly versions: readonly StoredVersion[];
}

export async function readProjection(own: Own, name: string): Promise<StoredProjection> {
  const record = await own.projections.findOne({ _id: name }, own.inside);
  return { name, revision: record?.revision, versions: record ? versionsOf(record) : [] };
}

/** The same outside of a transaction: in one write, unless somebody has changed the record since it was read. `false`: read it again. */
export async function changeVersionsFrom(
  own: Own,
  { name, revision, versions }: StoredProjection,
  changes: readonly StoredVersion[],
): Promise<boolean> {
  const entries = { versions: entriesWith(versions, changes) };
  if (revision === undefined) {
    try {
      await own.projections.insertOne({ _id: name, revision: 0, ...entries }, own.inside);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
  const { matchedCount } = await own.projections.updateOne(
    { _id: name, revision },
    { $set: entries, $inc: { revision: 1 } },
    own.inside,
  );
  return matchedCount === 1;
}

function entriesWith(versions: readonly StoredVersion[], changes: readonly StoredVersion[]): VersionEntry[] {
  return [...new Map([...versions, ...changes].map((each) => [each.processor, entryOf(each)])).values()];
}

function entryOf({ version, generation, state, cleared }: StoredVersion): VersionEntry {
  return { version, generation, state, ...(cleared !== undefined && { cleared }) };
}

export function idOf({ name, version, generation }: VersionId): VersionId {
  return { name, version, generation };
}
