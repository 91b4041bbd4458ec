import type { Telling } from '../cells.ts';
import { begin, end, sendUntilAt, setTrap } from './provoke.ts';

/** The broker has done what it was asked to, and nobody hears of it. At `deliver` it is the acknowledgement that does not come through. */
export async function answerLost(telling: Telling): Promise<void> {
  const { world } = telling;
  const [service, projector] = await begin(world);
  const trapped = setTrap(telling, [service, projector], { when: 'after', does: 'lose' });
  await sendUntilAt(telling, service, trapped);
  world.send(service);
  await end(world);
}
