import { describeSeal, type DiagnosableLog, type LogReader, type MovableLog } from '@varve/eventstore';
import { describeReport, isVerifiable } from '../log/log-verify.js';
import type { Finding } from './doctor.js';

/** Looks at the log itself, and at the storage beneath it. */
export async function examineLog(log: LogReader, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (isVerifiable(log)) {
    const report = await log.verify({ signal });
    const level = report.problems.length === 0 ? 'ok' : 'problem';
    findings.push({ level, subject: 'log', message: describeReport(report) });
  }
  const seal = isMovable(log) ? await log.findSeal() : undefined;
  if (seal && isMovable(log)) {
    const isUnderWay = seal.movedTo !== undefined && seal.handedTo === undefined;
    const advice = isUnderWay
      ? 'Finish the move with the same "varve log copy FROM TO --move".'
      : 'Point every app at its new place.';
    const message = `${describeSeal(log.location, seal)} ${advice}`;
    findings.push({ level: 'warning', subject: 'seal', message });
  }
  findings.push(durabilityOf(log));
  if (isDiagnosable(log)) findings.push(...(await log.diagnose()));
  return findings;
}

function durabilityOf({ durability }: LogReader): Finding {
  const durable = durability === 'power-cut';
  const message = durable
    ? 'an acknowledged append survives a power cut'
    : `"${durability}": an acknowledged append may be lost in a power cut`;
  return { level: durable ? 'ok' : 'warning', subject: 'durability', message };
}

function isMovable(log: LogReader): log is LogReader & MovableLog {
  return 'findSeal' in log && typeof log.findSeal === 'function';
}

function isDiagnosable(log: LogReader): log is LogReader & DiagnosableLog {
  return 'diagnose' in log && typeof log.diagnose === 'function';
}
