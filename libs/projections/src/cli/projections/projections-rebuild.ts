import { InvalidOptionsError } from '@varve/eventstore';
import type { Projection } from '../../projection/projection.js';
import type { RebuildResult } from '../../projection/rebuild/rebuild-options.js';
import { rebuild } from '../../projection/rebuild/rebuild.js';
import { processorIdOf } from '../../projection/version-id.js';
import { describeVerification } from '../log/describe-verification.js';
import { codeOf, logOf, readModelsOf, type CliTarget } from '../target.js';
import { EXIT, jsonText, type CliIo, type ExitCode } from '../terminal/io.js';
import { RebuildDisplay } from './rebuild-display.js';

export interface RebuildFlags {
  readonly verify?: boolean;
  /** Switch only when the rows are the same. */
  readonly requireSame?: boolean;
  readonly afresh?: boolean;
  readonly drop?: boolean;
  readonly switchParked?: boolean;
  readonly json: boolean;
}

/** Builds a projection again beside the live version while writes go on, and switches to it. Ctrl-C keeps what is built; run it again. */
export async function projectionsRebuild(
  target: CliTarget,
  name: string,
  flags: RebuildFlags,
  io: CliIo,
): Promise<ExitCode> {
  const display = new RebuildDisplay(io, flags.json);
  const result = await rebuilt(target, projectionOf(target, name), { flags, io, display });
  if (flags.json) io.out(jsonText(result));
  else for (const line of describe(result, name)) io.out(line);
  return exitCodeOf(result);
}

interface Showing {
  readonly flags: RebuildFlags;
  readonly io: CliIo;
  readonly display: RebuildDisplay;
}

async function rebuilt(
  target: CliTarget,
  projection: Projection<unknown>,
  { flags, io, display }: Showing,
): Promise<RebuildResult> {
  const { registry } = codeOf(target);
  try {
    return await rebuild({
      log: logOf(target),
      readModels: readModelsOf(target),
      ...(registry && { registry }),
      projection,
      unfinished: flags.afresh ? 'afresh' : 'resume',
      verify: flags.requireSame ? 'require' : flags.verify ? 'report' : 'none',
      parked: flags.switchParked ? 'switch' : 'hold',
      replaced: flags.drop ? 'drop' : 'keep',
      signal: io.signal,
      onProgress: (progress) => display.show(progress),
    });
  } finally {
    display.end();
  }
}

function projectionOf(target: CliTarget, name: string): Projection<unknown> {
  const { projections } = codeOf(target);
  const projection = projections.find((one) => one.name === name);
  if (projection) return projection;
  const known = projections.map((one) => one.name).join(', ');
  throw new InvalidOptionsError(
    'projection',
    `This app has no projection "${name}". It has: ${known || 'none'}.`,
  );
}

function describe(result: RebuildResult, name: string): readonly string[] {
  const id = processorIdOf(result.version);
  const position = result.position.toLocaleString('en-US');
  switch (result.outcome) {
    case 'interrupted':
      return [`${id} is built up to position ${position}. Run the same command again to go on.`];
    case 'switched': {
      const before = result.replaced ? ` instead of ${processorIdOf(result.replaced)}` : '';
      return [
        ...describeVerification(result.verification),
        `${id} is live${before}, at position ${position}.`,
      ];
    }
    case 'held': {
      const why =
        result.reason === 'parked'
          ? `it parks ${result.streams.length} streams that the live version does not: varve parked list ${name}`
          : 'its rows differ from the live ones';
      return [...describeVerification(result.verification), `${id} is built but not live: ${why}.`];
    }
  }
}

function exitCodeOf(result: RebuildResult): ExitCode {
  if (result.outcome === 'interrupted') return EXIT.interrupted;
  if (result.outcome === 'held') return EXIT.unhealthy;
  return result.verification?.verdict === 'different' ? EXIT.unhealthy : EXIT.ok;
}
