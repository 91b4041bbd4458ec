import { until } from '../../support/until.ts';
import type { Telling } from '../cells.ts';
import { TIMES } from '../parties/orders.ts';
import { begin, end, isConsumers, sendUntilAt, setTrap } from './provoke.ts';

/** How long one sleeps that others take for dead. */
const SLEEP = 3 * TIMES.lease;

/** A process falls asleep at its step, as a suspended virtual machine does; another one takes over, and then it wakes up and goes on. */
export async function lostLease(telling: Telling): Promise<void> {
  const { world, step } = telling;
  const [service, projector] = await begin(world);
  const other = await (isConsumers(step) ? world.projector() : world.service());
  const sleeper = setTrap(telling, [service, projector], { when: 'before', does: 'freeze' });
  await sendUntilAt(telling, service, sleeper);
  const asleepAt = performance.now();
  const awake = 'send' in other ? other : service;
  world.send(awake as typeof service);
  await until(() => performance.now() - asleepAt > SLEEP, {
    timeout: 2 * SLEEP,
    what: 'the lease to be lost',
  });
  sleeper.thaw();
  world.send(service);
  await end(world);
}
