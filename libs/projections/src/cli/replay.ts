import { InvalidOptionsError, markOf, type Position } from '@varve/eventstore';
import { reactorIdOf } from '../projection/version-id.js';
import { EXIT, type CliIo, type ExitCode } from './io.js';
import { codeOf, logOf, readModelsOf, type CliTarget } from './target.js';

export interface ReplayFlags {
  /** The first position whose effects happen again. */
  readonly from: Position;
  readonly effectsAgain?: boolean;
}

/** Sets a reactor back. Its effects happen again, for everybody out there, so it has to be said twice. */
export async function replay(
  target: CliTarget,
  name: string,
  flags: ReplayFlags,
  io: CliIo,
): Promise<ExitCode> {
  const { reactors, projections } = codeOf(target);
  if (!reactors.some((reactor) => reactor.name === name)) {
    const isProjection = projections.some((projection) => projection.name === name);
    const known = reactors.map((reactor) => reactor.name).join(', ') || 'none';
    const hint = isProjection
      ? 'It is a projection: "varve projections rebuild" builds it again.'
      : `Reactors: ${known}.`;
    throw new InvalidOptionsError('reactor', `This app has no reactor "${name}". ${hint}`);
  }
  const log = logOf(target);
  const head = await log.head();
  const after = flags.from - 1;
  if (after > head) throw new InvalidOptionsError('--from', `The log ends at position ${head}.`);
  if (!flags.effectsAgain) {
    io.error(
      `"${name}" has effects outside: mail, payments, other services. Everything from position ${flags.from} to ${head} would happen again.\nIf that is meant, add --effects-again.`,
    );
    return EXIT.usage;
  }
  const commit = after === 0 ? undefined : await log.commitAt(after);
  await readModelsOf(target).moveCheckpoint(reactorIdOf({ name }), {
    logId: log.logId,
    position: after,
    ...(commit && { mark: markOf(commit) }),
  });
  io.out(`${name} goes on from position ${flags.from}; the running instance takes it up by itself.`);
  return EXIT.ok;
}
