import type { Telling } from '../cells.ts';
import { begin, end, isConsumers, sendUntilAt, setTrap } from './provoke.ts';

/** At a step of its own it dies before it and after it; at one of the consumer's it is killed while that stands there. */
export async function killedProducer(telling: Telling): Promise<void> {
  const { world, step } = telling;
  const [first, projector] = await begin(world);
  let service = first;
  const moments = isConsumers(step) ? (['before'] as const) : (['before', 'after'] as const);
  for (const when of moments) {
    const does = isConsumers(step) ? 'hold' : 'die';
    const trapped = setTrap(telling, [service, projector], { when, does });
    await sendUntilAt(telling, service, trapped, when);
    if (trapped === service) await service.hasDied();
    else await service.kill();
    trapped.release(step);
    service = await world.service();
    world.sendAgain(service);
    world.send(service);
    await world.settled();
  }
  await end(world);
}

export async function killedConsumer(telling: Telling): Promise<void> {
  const { world, step } = telling;
  const [service, first] = await begin(world);
  let projector = first;
  const moments = isConsumers(step) ? (['before', 'after'] as const) : (['before'] as const);
  for (const when of moments) {
    const does = isConsumers(step) ? 'die' : 'hold';
    const trapped = setTrap(telling, [service, projector], { when, does });
    await sendUntilAt(telling, service, trapped, when);
    if (trapped === projector) await projector.hasDied();
    else await projector.kill();
    trapped.release(step);
    projector = await world.projector();
    world.send(service);
    await world.settled();
  }
  await end(world);
}

export async function killedBroker(telling: Telling): Promise<void> {
  const { world, step, outage } = telling;
  const [service, projector] = await begin(world);
  const trapped = setTrap(telling, [service, projector], { when: 'before', does: 'hold' });
  await sendUntilAt(telling, service, trapped);
  await outage.strike(() => {
    trapped.release(step);
    world.send(service);
  });
  world.send(service);
  await end(world);
}
