import type {
  CheckpointStore,
  Checkpoint,
  LeaseRow,
  LeaseStore,
  LogId,
  ParkedSequences,
  Position,
  ProcessorId,
} from '@varve/eventstore';
import type { Projection } from './projection.js';

/** The database of a group of projector instances: rows, checkpoints, leases, parked sequences and live versions, all in one, so that one transaction covers them. */
export interface ReadModels<Tx> extends CheckpointStore<Tx>, LeaseStore, ParkedSequences<Tx> {
  /** Made when the database is created; travels with it. */
  readonly databaseId: string;
  /** Where a person finds it: a path or a redacted address. */
  readonly location: string;

  /** Creates the version's tables and its checkpoint row in one transaction, if they are not there. The first version ever becomes live at once. */
  createVersion(projection: Projection<Tx>, logId: LogId): Promise<void>;

  listVersions(name?: string): Promise<readonly ProjectionVersion[]>;

  /**
   * Makes `version` the one that readers see, in one transaction with a check that it has come at least as far as the live one; raises the
   * old version's token, so that its instance stops. Readers see the old or the new, never half.
   */
  switchVersion(name: string, version: number): Promise<SwitchResult>;

  /** Drops a version's rows, checkpoint and parked sequences. The live version is refused. */
  dropVersion(name: string, version: number): Promise<void>;

  /** The rows of a version in a stable order, table by table, for `--verify`. */
  readRows(name: string, version: number): AsyncIterable<{ readonly table: string; readonly key: string; readonly row: unknown }>;

  close(): Promise<void>;
}

export interface ProjectionVersion {
  readonly name: string;
  readonly version: number;
  readonly live: boolean;
  readonly processor: ProcessorId;
  readonly checkpoint: Checkpoint;
  readonly lease: LeaseRow;
  readonly parked: number;
  readonly skipped: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type SwitchResult =
  | { readonly ok: true; readonly from: number | undefined; readonly to: number }
  | { readonly ok: false; readonly reason: 'behind'; readonly live: Position; readonly candidate: Position };

export function processorIdOf(projection: { name: string; version: number }): ProcessorId {
  return `${projection.name}@${projection.version}`;
}
