import type { InstanceReport } from '../publication/instances/instance-report.js';
import type { Published } from '../publication/publication-store.js';
import type { PublicationFile } from './publication-file.js';

const RECORD = `
  INSERT INTO instances (relay, log_id, instance, at, report) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (relay, log_id, instance) DO UPDATE SET at = excluded.at, report = excluded.report`;
const LIST = `
  SELECT instance, at, report FROM instances WHERE relay = ? AND log_id = ? ORDER BY instance`;
const FORGET = 'DELETE FROM instances WHERE relay = ? AND log_id = ? AND instance = ?';

interface InstanceRecord {
  readonly instance: string;
  readonly at: string;
  readonly report: string;
}

/** To be called in a transaction. */
export function recordInstance(
  file: PublicationFile,
  { relay, logId }: Published,
  { instance, at, ...report }: InstanceReport,
): void {
  file.prepare(RECORD).run(relay, logId, instance, at.toISOString(), JSON.stringify(report));
}

export function listInstances(file: PublicationFile, { relay, logId }: Published): readonly InstanceReport[] {
  return (file.prepare(LIST).all(relay, logId) as InstanceRecord[]).map(reportOf);
}

export function forgetInstance(file: PublicationFile, { relay, logId }: Published, instance: string): void {
  file.prepare(FORGET).run(relay, logId, instance);
}

function reportOf({ instance, at, report }: InstanceRecord): InstanceReport {
  const { lastError, ...rest } = JSON.parse(report) as Omit<InstanceReport, 'instance' | 'at'>;
  return {
    instance,
    at: new Date(at),
    ...rest,
    ...(lastError && { lastError: { ...lastError, at: new Date(lastError.at) } }),
  };
}
