import { markOf, sameMark, type EventStore } from '@varve/eventstore';
import type { ProjectionVersion, ReadModels } from '../projection/read-models.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { describeReport, isVerifiable } from './log-verify.js';
import type { CliTarget } from './target.js';

export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem';
  readonly subject: string;
  readonly message: string;
}

const SIGNS = { ok: '✓', warning: '!', problem: '✗' } as const;

/** Looks at everything that it can reach and says what is wrong and what to do about it. */
export async function doctor(target: CliTarget, json: boolean, io: CliIo): Promise<ExitCode> {
  const findings: Finding[] = [];
  if (target.log) findings.push(...(await examineLog(target.log, io.signal)));
  if (target.readModels) findings.push(...(await examineReadModels(target.readModels, target.log)));
  if (json) io.out(JSON.stringify(findings));
  else for (const { level, subject, message } of findings) io.out(`${SIGNS[level]} ${subject}: ${message}`);
  return findings.some((finding) => finding.level === 'problem') ? EXIT.unhealthy : EXIT.ok;
}

async function examineLog(log: EventStore, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (isVerifiable(log)) {
    const report = await log.verify({ signal });
    findings.push({
      level: report.problems.length === 0 ? 'ok' : 'problem',
      subject: 'log',
      message: describeReport(report),
    });
  }
  const durable = log.durability === 'power-cut';
  findings.push({
    level: durable ? 'ok' : 'warning',
    subject: 'durability',
    message: durable
      ? 'an acknowledged append survives a power cut'
      : `"${log.durability}": an acknowledged append may be lost in a power cut`,
  });
  return findings;
}

async function examineReadModels(
  readModels: ReadModels<unknown>,
  log: EventStore | undefined,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const version of await readModels.listVersions()) findings.push(await examineVersion(version, log));
  if (findings.length === 0)
    findings.push({ level: 'ok', subject: 'read models', message: `none yet in ${readModels.location}` });
  return findings;
}

async function examineVersion(version: ProjectionVersion, log: EventStore | undefined): Promise<Finding> {
  const { processor, checkpoint, lease, parked } = version;
  const finding = (level: Finding['level'], message: string): Finding => ({
    level,
    subject: processor,
    message,
  });
  const diverged = log && (await findDivergence(version, log));
  if (diverged) return finding('problem', diverged);
  if (lease.state === 'stopped')
    return finding('problem', `stopped: ${lease.reason ?? 'no reason recorded'}`);
  if (parked > 0)
    return finding('problem', `${parked} parked streams: see "varve parked list ${version.name}"`);
  if (lease.state === 'paused') return finding('warning', 'paused: "varve projections resume" goes on');
  return finding('ok', `at position ${checkpoint.position}${version.live ? ', live' : ''}`);
}

async function findDivergence(version: ProjectionVersion, log: EventStore): Promise<string | undefined> {
  const { logId, position, mark } = version.checkpoint;
  const rebuild = `rebuild it: varve projections rebuild ${version.name}`;
  if (logId !== log.logId) return `was built from log ${logId}, this is ${log.logId}; ${rebuild}`;
  if (position === 0 || !mark) return undefined;
  const commit = await log.commitAt(position);
  if (commit && sameMark(markOf(commit), mark)) return undefined;
  return `the log has another commit at position ${position}, so it was restored or replaced: run "varve log restored", then ${rebuild}`;
}
