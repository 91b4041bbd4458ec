import { afterAll, beforeAll, describe, test } from 'vitest';
import { FAULTS, type CommitStep, type Fault } from './cells.ts';
import { Outage } from './outage.ts';
import type { BrokerAddress, Publication } from './parties/orders.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

/** Milliseconds for a cell: several times what it takes, and longer than any of its waits. */
const LONGEST = 480_000;

/** The fault matrix of one broker and one way of publication: every fault at every step where it can be. */
export function matrix(kind: BrokerAddress['kind'], publication: Publication): void {
  let stage: Stage;
  let outage: Outage;
  const worlds: World[] = [];

  beforeAll(async () => {
    stage = await Stage.open(kind, publication);
    outage = new Outage(stage.server);
  });

  afterAll(async () => {
    await Promise.all(worlds.map((world) => world.close()));
    await stage.close();
  });

  const tell = async (fault: Fault, step: CommitStep): Promise<void> => {
    if (fault.kills === 'broker') outage.enter();
    try {
      const world = await World.open(stage);
      worlds.push(world);
      await fault.tell({ world, step, outage });
    } finally {
      if (fault.kills === 'broker') outage.leave();
    }
  };

  const cells = (faults: readonly Fault[]): void => {
    for (const fault of faults)
      for (const step of fault.steps[publication])
        test(`${fault.name}, at ${step}`, () => tell(fault, step), LONGEST);
  };

  const nothingSince = async (): Promise<void> => {
    for (const world of worlds) await world.compareVisible();
  };

  describe.concurrent('what happens to one process:', () => {
    cells(FAULTS.filter(({ kills }) => kills !== 'broker'));
  });

  // Told by themselves: the broker dies for all that are on it.
  test('nothing more has become visible of any of these since', nothingSince);

  describe.concurrent('what happens to the broker:', () => {
    cells(FAULTS.filter(({ kills }) => kills === 'broker'));
  });

  test('nothing more has become visible of any of all since', nothingSince);
}
