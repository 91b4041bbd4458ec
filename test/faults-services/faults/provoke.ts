import { until } from '../../support/until.ts';
import type { CommitStep, Telling } from '../cells.ts';
import type { Trap } from '../parties/traps.ts';
import { PATIENCE, type Party, type ProjectorParty, type Service } from '../party.ts';
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
  await sendUntil(world, service, () => trapped.isAt(step, when));
}

/** The same for traps of which one alone closes; gives who stands in it. */
export function sendUntilAnyIsAt(
  { world, step }: Telling,
  service: Service,
  trapped: readonly Party[],
): Promise<Party> {
  const look = (): Party | undefined => trapped.find((party) => party.wasAt(step));
  return sendUntil(world, service, () => until(look, { timeout: PATIENCE, what: `somebody at "${step}"` }));
}

/** Commands, and more of them for as long as `wait` takes. */
export async function sendUntil<T>(world: World, service: Service, wait: () => Promise<T>): Promise<T> {
  world.send(service);
  const more = setInterval(() => world.send(service), MORE_AFTER);
  try {
    return await wait();
  } finally {
    clearInterval(more);
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
