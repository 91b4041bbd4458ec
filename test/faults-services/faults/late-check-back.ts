import type { CommitStep, Telling } from '../cells.ts';
import type { Trap } from '../parties/traps.ts';
import type { Service } from '../party.ts';
import type { World } from '../world.ts';
import { begin, end, sendUntil } from './provoke.ts';

const asked: Trap = { step: 'check-back', when: 'before', does: 'hold' };

/** The broker's question is answered only when everything else has happened: its answer then is a decision too many. */
export async function lateCheckBack({ world, step }: Telling): Promise<void> {
  const [service] = await begin(world);
  await tellings[step](world, service);
  await end(world);
}

const tellings: Readonly<Record<CommitStep, (world: World, service: Service) => Promise<void>>> = {
  /** Nothing was appended, and by the time of the answer the same command has been tried again. */
  async prepare(world, service) {
    const other = await orphaned(world, service, { step: 'prepare', when: 'after' });
    world.sendAgain(other);
    await decidedLate(world, other);
  },

  /** It was appended, and the sweep has published it by the time of the answer. */
  async append(world, service) {
    const other = await orphaned(world, service, { step: 'append', when: 'after' });
    world.sendAgain(other);
    await decidedLate(world, other);
  },

  /** The owner commits while the answer to the question is on its way. */
  async commit(world, service) {
    service.arm(asked);
    service.arm({ step: 'commit', when: 'before', does: 'hold' });
    await sendUntil(world, service, () => service.isAt('commit'));
    await service.isAt('check-back');
    service.release('commit');
    await decidedLate(world, service);
  },

  /** The answer comes while the sweep is at the same commit. */
  async publish(world, service) {
    const other = await orphaned(
      world,
      service,
      { step: 'append', when: 'after' },
      {
        traps: [{ step: 'publish', when: 'before', does: 'hold' }],
      },
    );
    await other.isAt('publish');
    // Only now: the same command, sent again, is confirmed by its own message, and then the sweep has nothing to do.
    world.sendAgain(other);
    await other.isAt('check-back');
    other.release('check-back');
    other.release('publish');
  },

  /** The answer comes while the owner's commit is confirmed, and the confirmation is not recorded yet. */
  async confirm(world, service) {
    service.arm(asked);
    service.arm({ step: 'commit', when: 'before', does: 'hold' });
    service.arm({ step: 'confirm', when: 'before', does: 'hold' });
    await sendUntil(world, service, () => service.isAt('commit'));
    await service.isAt('check-back');
    service.release('commit');
    await service.isAt('confirm');
    service.release('check-back');
    await world.settled();
    service.release('confirm');
  },

  /** What follows is delivered first, and what is missing is read from the log. */
  async deliver(world, service) {
    const other = await orphaned(world, service, { step: 'append', when: 'after' }, { relays: false });
    await other.isAt('check-back');
    world.send(other);
    world.sendAgain(other);
    await world.appliedAll();
    other.release('check-back');
  },

  apply: (world, service) => whileConsumerIsAt('apply', world, service),
  checkpoint: (world, service) => whileConsumerIsAt('checkpoint', world, service),
};

/** The consumer is at the commit, which the sweep has brought, while the answer brings it once more. */
async function whileConsumerIsAt(
  step: 'apply' | 'checkpoint',
  world: World,
  service: Service,
): Promise<void> {
  const [projector] = world.projectors;
  if (!projector) throw new Error('There is no projector.');
  projector.arm({ step, when: 'before', does: 'hold' });
  const other = await orphaned(world, service, { step: 'append', when: 'after' });
  await projector.isAt(step);
  await other.isAt('check-back');
  other.release('check-back');
  await world.published();
  projector.release(step);
  world.sendAgain(other);
}

/**
 * One dies and leaves half messages behind; who comes then answers no question before it is told to. On a busy machine the half messages may
 * come too late, and then nothing is left behind: another one dies.
 */
async function orphaned(
  world: World,
  service: Service,
  at: Pick<Trap, 'step' | 'when'>,
  { traps = [], relays = true }: { readonly traps?: readonly Trap[]; readonly relays?: boolean } = {},
): Promise<Service> {
  for (let owner = service; ; owner = await world.service()) {
    owner.arm({ ...at, does: 'die' });
    await sendUntil(world, owner, () => owner.hasDied());
    if (world.openHalves().length > 0) return world.service({ traps: [asked, ...traps], relays });
  }
}

async function decidedLate(world: World, service: Service): Promise<void> {
  await service.isAt('check-back');
  await world.appliedAll();
  service.release('check-back');
}
