import { InvalidOptionsError, type LogReader, type LogReport, type VerifiableLog } from '@varve/eventstore';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable } from '../terminal/render.js';

/** Walks the whole log and lists holes, overlaps and commits that cannot be decoded. */
export async function logVerify(log: LogReader, json: boolean, io: CliIo): Promise<ExitCode> {
  if (!isVerifiable(log)) throw new InvalidOptionsError('--log', 'This log cannot verify itself.');
  const report = await log.verify({ signal: io.signal });
  if (io.signal.aborted) return EXIT.interrupted;
  answer(io, json, report, describeReport(report));
  return report.problems.length === 0 ? EXIT.ok : EXIT.unhealthy;
}

export function isVerifiable(log: LogReader): log is LogReader & VerifiableLog {
  return 'verify' in log && typeof log.verify === 'function';
}

export function describeReport(report: LogReport): string {
  const figures = [report.commits, report.events, report.streams].map((n) => n.toLocaleString('en-US'));
  const summary = `${report.logId}: ${figures[0]} commits, ${figures[1]} events, ${figures[2]} streams`;
  if (report.problems.length === 0) return `${summary}; nothing wrong`;
  const lines = report.problems.map(
    ({ kind, position, message }) => `  ${kind} at position ${position}: ${printable(message)}`,
  );
  return [
    `${summary}; ${report.problems.length} ${report.problems.length === 1 ? 'problem' : 'problems'}`,
    ...lines,
  ].join('\n');
}
