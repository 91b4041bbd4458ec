import { until } from '../../support/until.ts';
import type { Telling } from '../cells.ts';
import type { Command } from '../parties/orders.ts';
import type { Service } from '../party.ts';
import type { World } from '../world.ts';
import { begin, end } from './provoke.ts';

/**
 * One instance stands between the half message and the append; another is asked, fences the command and has it rolled back. At `append`
 * the append comes then; at `prepare` the same command is prepared once more.
 */
export async function lateAppend({ world, step }: Telling): Promise<void> {
  const [first] = await begin(world);
  const other = await world.service();
  const { owner, command } = await heldBetween(world, first);
  await until(() => isRolledBack(world, command), { timeout: 60_000, what: 'the fence' });
  if (step === 'append') {
    owner.release('append');
  } else {
    await owner.kill();
    world.send(other, [command]);
  }
  await until(() => world.outcomeOf(command), { timeout: 30_000, what: 'the answer' });
  if (world.outcomeOf(command) !== 'commit-fenced')
    throw new Error(`A fenced command was answered "${String(world.outcomeOf(command))}".`);
  world.send(other);
  world.sendAgain(other);
  await end(world);
}

/** On a busy machine a half message may come too late, and then its append goes alone: another one is held. */
async function heldBetween(world: World, first: Service): Promise<{ owner: Service; command: Command }> {
  for (let owner = first; ; owner = await world.service()) {
    owner.arm({ step: 'append', when: 'before', does: 'hold' });
    const [command] = world.commands();
    if (!command) throw new Error('There is no command.');
    world.send(owner, [command]);
    await owner.isAt('append');
    const isPrepared = owner
      .halves()
      .some((story) => 'half' in story && story.half.includes(`${command.commitId} of `));
    if (isPrepared) return { owner, command };
    await owner.kill();
  }
}

function isRolledBack(world: World, { commitId }: Command): boolean {
  return world.services
    .flatMap((service) => service.halves())
    .some(
      (story) => 'decided' in story && story.as === 'rollback' && story.decided.includes(`${commitId} of `),
    );
}
