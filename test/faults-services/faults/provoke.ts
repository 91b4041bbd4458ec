import type { CommitStep, Telling } from '../cells.ts';
import type { Trap } from '../parties/traps.ts';
import type { ProjectorParty, Service } from '../party.ts';
import type { World } from '../world.ts';

/** Milliseconds. */
const MORE_AFTER = 20_000;

/** The sweep publishes only what no confirmation has reached: a commit whose half message never came to the broker. */
function provocation(world: World, step: CommitStep): readonly Trap[] {
  if (step !== 'publish' || world.stage.publication === 'relay') return [];
  return [{ step: 'prepare', when: 'before', does: 'refuse' }];
}

/** Sets a trap at a step of whoever takes it, so that the commands that follow come by. */
export function setTrap(
  { world, step }: Telling,
  [service, projector]: readonly [Service, ProjectorParty],
  trap: Omit<Trap, 'step'>,
): Service | ProjectorParty {
  for (const provoking of provocation(world, step)) service.arm(provoking);
  const trapped = isConsumers(step) ? projector : service;
  trapped.arm({ step, ...trap });
  return trapped;
}

/**
 * Commands, until somebody stands in the trap. More of them when nobody comes: on a busy machine the first may have gone another way, such
 * as that of a commit whose half message came too late.
 */
export async function sendUntilAt(
  { world, step }: Telling,
  service: Service,
  trapped: Service | ProjectorParty,
  when?: Trap['when'],
): Promise<void> {
  world.send(service);
  const sending = setInterval(() => world.send(service), MORE_AFTER);
  try {
    await trapped.isAt(step, when);
  } finally {
    clearInterval(sending);
  }
}

export function isConsumers(step: CommitStep): boolean {
  return step === 'deliver' || step === 'apply' || step === 'checkpoint';
}

/** Both are at work, and one command of each kind has gone all the way. */
export async function begin(world: World): Promise<readonly [Service, ProjectorParty]> {
  const parties = await Promise.all([world.service(), world.projector()]);
  world.send(parties[0]);
  await world.settled();
  return parties;
}

export async function end(world: World): Promise<void> {
  await world.settled();
  await world.verify();
}
