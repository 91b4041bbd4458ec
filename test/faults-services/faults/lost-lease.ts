import { join } from 'node:path';
import { until } from '../../support/until.ts';
import type { Telling } from '../cells.ts';
import { TIMES } from '../parties/orders.ts';
import { begin, end, isConsumers, sendUntilAnyIsAt, setTrap } from './provoke.ts';

/** How long one sleeps that others take for dead. */
const SLEEP = 3 * TIMES.lease;

/**
 * A process falls asleep at its step, as a suspended virtual machine does; another one takes over, and then it wakes up and goes on. Which of
 * the two it is depends on who has the lease, which may change hands before on a busy machine: it is whoever comes to the step first.
 */
export async function lostLease(telling: Telling): Promise<void> {
  const { world, step } = telling;
  const [service, projector] = await begin(world);
  const once = join(world.folder, 'asleep');
  const trap = { when: 'before', does: 'freeze', once } as const;
  const others = isConsumers(step)
    ? ([service, await world.projector()] as const)
    : ([await world.service(), projector] as const);
  const trapped = [setTrap(telling, [service, projector], trap), setTrap(telling, others, trap)];
  const sleeper = await sendUntilAnyIsAt(telling, service, trapped);
  const asleepAt = performance.now();
  world.send(sleeper === service ? others[0] : service);
  await until(() => performance.now() - asleepAt > SLEEP, {
    timeout: 2 * SLEEP,
    what: 'the lease to be lost',
  });
  sleeper.thaw();
  world.send(service);
  await end(world);
}
