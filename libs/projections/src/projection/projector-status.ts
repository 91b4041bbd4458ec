import type { Position, ProcessorStatus } from '@varve/eventstore';
import type { Followers } from './followers.js';
import type { Processing } from './processing-options.js';
import type { Projection, Reactor } from './projection.js';
import type { ProcessorRow, ProjectionVersion } from './read-models.js';
import { reactorIdOf } from './version-id.js';

/** How all projections and reactors stand: what the database says of everybody's work, and what this instance does. */
export interface ProjectorStatus {
  readonly started: boolean;
  /** The log's newest position. */
  readonly head: Position;
  readonly projections: readonly ProjectionStatus[];
  readonly reactors: readonly ReactorStatus[];
}

/** How one projection stands, in all its versions. */
export interface ProjectionStatus {
  readonly name: string;
  /** The version of this code. */
  readonly codeVersion: number;
  /** What readers see; absent before the first start. */
  readonly live?: VersionStatus;
  /** All that the database has, the live one included. */
  readonly versions: readonly VersionStatus[];
}

/** How one version of a projection stands. */
export interface VersionStatus extends ProjectionVersion {
  /** Commits of the log that are not looked at yet. */
  readonly behind: number;
  /** What this instance does with it; absent when it does not follow it. */
  readonly here?: ProcessorStatus;
}

/** How one reactor stands. */
export interface ReactorStatus extends ProcessorRow {
  readonly name: string;
  readonly behind: number;
  readonly here?: ProcessorStatus;
}

interface StatusParts<Tx> {
  readonly started: boolean;
  readonly processing: Processing<Tx>;
  readonly projections: readonly Projection<Tx>[];
  readonly reactors: readonly Reactor[];
  readonly followers: Followers<Tx>;
}

/** What the database says of everybody's work, with what this instance knows of its own. */
export async function readStatus<Tx>(parts: StatusParts<Tx>): Promise<ProjectorStatus> {
  const { log, readModels } = parts.processing;
  const versions = await readModels.listVersions();
  const rows = parts.reactors.length > 0 ? await readModels.listProcessors() : [];
  // Asked last, so that nothing can be ahead of it.
  const head = await log.head();
  const here = <Row extends ProcessorRow>(row: Row): Row & { behind: number; here?: ProcessorStatus } => {
    const status = parts.followers.find(row.processor)?.status();
    return { ...row, behind: Math.max(0, head - row.checkpoint.position), ...(status && { here: status }) };
  };
  return {
    started: parts.started,
    head,
    projections: parts.projections.map((projection) => ofProjection(projection, versions, here)),
    reactors: parts.reactors.flatMap(({ name }) => {
      const row = rows.find(({ processor }) => processor === reactorIdOf({ name }));
      return row ? [{ name, ...here(row) }] : [];
    }),
  };
}

function ofProjection<Tx>(
  { name, version }: Projection<Tx>,
  versions: readonly ProjectionVersion[],
  here: (version: ProjectionVersion) => VersionStatus,
): ProjectionStatus {
  const own = versions.filter((each) => each.name === name).map(here);
  const live = own.find((each) => each.live);
  return { name, codeVersion: version, ...(live && { live }), versions: own };
}
