import type { Telling } from '../cells.ts';
import { begin, end, setTrap } from './provoke.ts';

/** The broker has done what it was asked to, and nobody hears of it. At `deliver` it is the acknowledgement that does not come through. */
export async function answerLost(telling: Telling): Promise<void> {
  const { world, step } = telling;
  const [service, projector] = await begin(world);
  const trapped = setTrap(telling, [service, projector], { when: 'after', does: 'lose' });
  world.send(service);
  await trapped.isAt(step);
  world.send(service);
  await end(world);
}
