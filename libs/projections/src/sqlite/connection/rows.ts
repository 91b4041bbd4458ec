import type { Checkpoint, LeaseRow, Mark } from '@varve/eventstore';
import type { ProcessorRow } from '../../index.js';

/** `varve_processors` as it is stored. */
export interface ProcessorRecord {
  readonly processor: string;
  readonly log_id: string;
  readonly position: number;
  readonly mark: string | null;
  readonly token: number;
  readonly heartbeat: number;
  readonly owner: string | null;
  readonly state: LeaseRow['state'];
  readonly reason: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly parked: number;
  readonly skipped: number;
}

export const SELECT_PROCESSORS = `
  SELECT p.*,
         (SELECT count(*) FROM varve_parked k WHERE k.processor = p.processor) AS parked,
         (SELECT count(*) FROM varve_skipped s WHERE s.processor = p.processor) AS skipped
    FROM varve_processors p`;

type CheckpointColumns = Pick<ProcessorRecord, 'log_id' | 'position' | 'mark' | 'token'>;
type LeaseColumns = Pick<ProcessorRecord, 'token' | 'heartbeat' | 'owner' | 'state' | 'reason'>;

export function checkpointOf(record: CheckpointColumns): Checkpoint {
  return {
    logId: record.log_id,
    position: record.position,
    ...(record.mark !== null && { mark: JSON.parse(record.mark) as Mark }),
    token: record.token,
  };
}

export function leaseRowOf(record: LeaseColumns): LeaseRow {
  return {
    token: record.token,
    heartbeat: record.heartbeat,
    ...(record.owner !== null && { owner: record.owner }),
    state: record.state,
    ...(record.reason !== null && { reason: record.reason }),
  };
}

export function processorRowOf(record: ProcessorRecord): ProcessorRow {
  return {
    processor: record.processor,
    checkpoint: checkpointOf(record),
    lease: leaseRowOf(record),
    parked: record.parked,
    skipped: record.skipped,
    createdAt: new Date(record.created_at),
    updatedAt: new Date(record.updated_at),
  };
}
