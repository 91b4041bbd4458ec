import { DEFAULT_LEASE_DURATION, markOf, messageOf, sameMark, type LogReader } from '@varve/eventstore';
import type { Projection } from '../../projection/projection.js';
import type { ReadModels } from '../../projection/read-models.js';
import { versionIdOf } from '../../projection/version-id.js';
import { processorsOf, type ProcessorOf } from '../projections/processors.js';
import type { CliTarget, ProjectionCode } from '../target.js';
import { answer, EXIT, opened, type CliIo, type ExitCode } from '../terminal/io.js';
import { printableLines } from '../terminal/render.js';
import { examineBus } from './doctor-bus.js';
import { examineCategories } from './doctor-categories.js';
import { examineLog } from './doctor-log.js';
import { describeSilence, isTaken, LeaseWatch, type TakenLeases } from './lease-watch.js';

export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem';
  readonly subject: string;
  readonly message: string;
}

/** What is to be opened and looked at, by name. */
export type Doctoring = Readonly<Record<string, () => Promise<CliTarget>>>;

const SIGNS = { ok: '✓', warning: '!', problem: '✗' } as const;

/** Looks at everything that it can reach and says what is wrong and what to do about it. */
export async function doctor(parts: Doctoring, json: boolean, io: CliIo): Promise<ExitCode> {
  const findings: Finding[] = [];
  const targets: CliTarget[] = [];
  for (const [subject, open] of Object.entries(parts)) {
    try {
      targets.push(await opened(io, open()));
    } catch (error) {
      findings.push({ level: 'problem', subject, message: messageOf(error) });
    }
  }
  try {
    findings.push(...(await examine(Object.assign({}, ...targets) as Partial<CliTarget>, io.signal)));
  } finally {
    for (const target of targets) await target.close();
  }
  if (io.signal.aborted) return EXIT.interrupted;
  answer(io, json, findings, findings.map(describe).join('\n'));
  return findings.some(({ level }) => level === 'problem') ? EXIT.unhealthy : EXIT.ok;
}

function describe({ level, subject, message }: Finding): string {
  return `${SIGNS[level]} ${subject}: ${printableLines(message, '  ')}`;
}

async function examine(
  { log, readModels, code, leaseDuration, buses = [] }: Partial<CliTarget>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const leases = readModels && (await LeaseWatch.begin(takenOf(readModels)));
  const found = await Promise.all([
    log ? examineLog(log, signal) : [],
    ...buses.map((bus) => examineBus(bus, signal)),
  ]);
  const findings = found.flat();
  if (log && code) findings.push(...(await examineCategories(code, log)));
  if (!readModels || !leases) return findings;
  const silent = await leases.silentFor(longestOf(leaseDuration), signal);
  const processors = await processorsOf(readModels);
  for (const one of processors) {
    const finding = await examineProcessor(one, log);
    const isSilent = finding.level === 'ok' && silent.has(one.processor);
    findings.push(isSilent ? warning(one.processor, describeKilled(one, leaseDuration)) : finding);
  }
  findings.push(...examineCode(processors, code));
  if (processors.length === 0)
    findings.push({ level: 'ok', subject: 'read models', message: `none yet in ${readModels.location}` });
  return findings;
}

async function examineProcessor(one: ProcessorOf, log: LogReader | undefined): Promise<Finding> {
  const { processor: subject, name, checkpoint, lease, parked, stage, skipped } = one;
  const diverged = log && stage !== 'retired' ? await findDivergence(one, log) : undefined;
  if (diverged) return { level: 'problem', subject, message: diverged };
  if (stage === 'retired')
    return { level: 'ok', subject, message: `retired: "varve projections drop ${name}" removes it` };
  if (lease.state === 'stopped') {
    const message = `stopped: ${lease.reason ?? 'no reason recorded'}\nMend it, then "varve projections resume ${name}"`;
    return { level: 'problem', subject, message };
  }
  if (parked > 0)
    return { level: 'problem', subject, message: `${parked} parked: see "varve parked list ${name}"` };
  if (lease.state === 'paused')
    return { level: 'warning', subject, message: `paused: "varve projections resume ${name}" goes on` };
  const note = skipped > 0 ? `; ${skipped} times something was skipped, on record` : '';
  return { level: 'ok', subject, message: `${stage}, at position ${checkpoint.position}${note}` };
}

/** A rebuild's lease is the default one, whatever the app's is. */
function longestOf(leaseDuration: number | undefined): number {
  return Math.max(leaseDuration ?? 0, DEFAULT_LEASE_DURATION);
}

/** Neither retired, paused nor stopped, nor given back. */
function takenOf(readModels: ReadModels<unknown>): TakenLeases {
  return async () => {
    const processors = await processorsOf(readModels);
    const taken = processors.filter(({ stage, lease }) => stage !== 'retired' && isTaken(lease));
    return new Map(taken.map(({ processor, lease }) => [processor, lease]));
  };
}

/** Files do not tell how long the leases of their instances last. */
function describeKilled({ name, stage, checkpoint }: ProcessorOf, leaseDuration?: number): string {
  const duration = longestOf(leaseDuration);
  const unless =
    leaseDuration === undefined
      ? `. With a leaseDuration above ${(3 * duration) / 1_000} s that says nothing: ask "varve doctor" of the app`
      : '';
  const rebuild = stage === 'building' ? `, or "varve projections rebuild ${name}" again` : '';
  return (
    `${stage}, at position ${checkpoint.position}, but ${describeSilence(duration)}${unless}\n` +
    `Start a projector${rebuild}: it takes over`
  );
}

async function findDivergence(
  { checkpoint, name, kind }: ProcessorOf,
  log: LogReader,
): Promise<string | undefined> {
  const { logId, position, mark } = checkpoint;
  const command = kind === 'reactor' ? `varve replay ${name} --from P` : `varve projections rebuild ${name}`;
  if (logId !== log.logId) return `comes from log ${logId}, and this is ${log.logId}: ${command}`;
  if (position === 0 || !mark) return undefined;
  const commit = await log.commitAt(position);
  if (commit && sameMark(markOf(commit), mark)) return undefined;
  return `the log has another commit at position ${position}, so it was restored or replaced: run "varve log restored", then ${command}`;
}

/** What this app's code would do that the database does not show yet. */
function examineCode(processors: readonly ProcessorOf[], code: ProjectionCode | undefined): Finding[] {
  const declared = [...(code?.projections ?? []), ...(code?.reactors ?? [])];
  const missing = declared.filter(({ name }) => processors.every((one) => one.name !== name));
  return [
    ...missing.map(({ name }) => warning(name, 'not started yet: start a projector')),
    ...(code?.projections ?? []).flatMap((projection) => examineVersion(projection, processors)),
  ];
}

function examineVersion(
  { name, version }: Pick<Projection<unknown>, 'name' | 'version'>,
  processors: readonly ProcessorOf[],
): Finding[] {
  const newer = processors.find(
    (one) =>
      one.name === name && one.stage === 'live' && (versionIdOf(one.processor)?.version ?? 0) > version,
  );
  if (!newer) return [];
  const message = `this code has version ${version} and does not keep ${newer.processor} up to date, which is live: deploy that version again, or "varve projections rebuild ${name}" makes version ${version} live`;
  return [warning(name, message)];
}

function warning(subject: string, message: string): Finding {
  return { level: 'warning', subject, message };
}
