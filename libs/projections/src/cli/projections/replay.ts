import { InvalidOptionsError, markOf, type Position } from '@varve/eventstore';
import { reactorIdOf } from '../../projection/version-id.js';
import { codeOf, logOf, readModelsOf, UsageError, type CliTarget } from '../target.js';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';

export interface ReplayFlags {
  /** The first position whose effects happen again. */
  readonly from: Position;
  readonly effectsAgain?: boolean;
}

/** @throws UsageError it has to be said twice: its effects happen again, for everybody out there */
export function assertMeant(name: string, { from, effectsAgain }: ReplayFlags): void {
  if (effectsAgain) return;
  throw new UsageError(
    `"${name}" has effects outside: mail, payments, other services. Everything from position ${from} on would happen again.\nIf that is meant, add --effects-again.`,
  );
}

/** Sets a reactor back, or ahead. */
export async function replay(
  target: CliTarget,
  name: string,
  { from, json }: { readonly from: Position; readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> {
  assertReactor(target, name);
  const log = logOf(target);
  const head = await log.head();
  const position = from - 1;
  if (position > head) throw new InvalidOptionsError('--from', `The log ends at position ${head}.`);
  const commit = position === 0 ? undefined : await log.commitAt(position);
  await readModelsOf(target).moveCheckpoint(reactorIdOf({ name }), {
    logId: log.logId,
    position,
    ...(commit && { mark: markOf(commit) }),
  });
  const text = `${name} goes on from position ${from} of ${head}; a projector that runs does it at once, another when it starts.`;
  answer(io, json, { reactor: name, from, head }, text);
  return EXIT.ok;
}

function assertReactor(target: CliTarget, name: string): void {
  const { reactors, projections } = codeOf(target);
  if (reactors.some((reactor) => reactor.name === name)) return;
  const isProjection = projections.some((projection) => projection.name === name);
  const known = reactors.map((reactor) => reactor.name).join(', ') || 'none';
  const hint = isProjection
    ? 'It is a projection: "varve projections rebuild" builds it again.'
    : `Reactors: ${known}.`;
  throw new InvalidOptionsError('reactor', `This app has no reactor "${name}". ${hint}`);
}
