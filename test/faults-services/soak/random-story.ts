import { seeded, type Random } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import { STEPS } from '../cells.ts';
import type { Trap } from '../parties/traps.ts';
import type { Party, ProjectorParty, Service } from '../party.ts';
import type { Stage } from '../stage.ts';
import { World } from '../world.ts';

const ACTIONS = 25;
/** A broker takes its time to come back. */
const MOST_OUTAGES = 1;
const STORY_PAUSE = 400;

/**
 * Two services and two projectors live, die, fall asleep and are hindered at their steps, at random; the broker dies, too. In the end all is
 * well, and what is then in the read model and on the topic must be what is in the log.
 *
 * @throws Error saying what differs
 */
export async function tellRandomStory(stage: Stage, seed: number): Promise<void> {
  const world = await World.open(stage);
  try {
    const story = new RandomStory(world, seeded(seed));
    await story.tell();
    await world.settled();
    await world.verify();
  } finally {
    await world.close();
  }
}

class RandomStory {
  readonly #world: World;
  readonly #random: Random;
  readonly #asleep = new Set<Party>();
  #services: Service[] = [];
  #projectors: ProjectorParty[] = [];
  #outages = 0;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  async tell(): Promise<void> {
    const [world] = [this.#world];
    this.#services = await Promise.all([world.service(), world.service()]);
    this.#projectors = await Promise.all([world.projector(), world.projector()]);
    for (let action = 0; action < ACTIONS; action += 1) {
      await this.#act();
      await this.#bearAgain();
    }
    await this.#endWell();
  }

  async #act(): Promise<void> {
    const { below, pick, chance } = this.#random;
    const what = below(100);
    if (what < 50) this.#world.send(pick(this.#services));
    else if (what < 70) this.#setTrap();
    else if (what < 78) await pick(this.#services).kill();
    else if (what < 86) await pick(this.#projectors).kill();
    else if (what < 92) this.#sleep(pick([...this.#services, ...this.#projectors]));
    else if (what < 96) this.#wakeAll();
    else if (this.#outages < MOST_OUTAGES) await this.#outage();
    if (chance(0.5)) await this.#aWhile();
  }

  #setTrap(): void {
    const { pick } = this.#random;
    const step = pick(STEPS);
    const isConsumers = step === 'deliver' || step === 'apply' || step === 'checkpoint';
    // What is lost in a transaction fails the event, and the policy of this projection is to stop then.
    const does = pick<Trap['does']>(
      step === 'apply' || step === 'checkpoint' || step === 'append'
        ? ['die', 'freeze', 'hold']
        : ['die', 'freeze', 'hold', 'lose'],
    );
    const when = does === 'lose' ? 'after' : pick(['before', 'after'] as const);
    pick<Party>(isConsumers ? this.#projectors : this.#services).arm({ step, when, does });
  }

  #sleep(party: Party): void {
    party.child.signal('SIGSTOP');
    this.#asleep.add(party);
  }

  #wakeAll(): void {
    for (const party of this.#all()) {
      party.thaw();
      for (const step of STEPS) party.release(step);
    }
    this.#asleep.clear();
  }

  async #outage(): Promise<void> {
    this.#outages += 1;
    const { server } = this.#world.stage;
    await server.kill();
    this.#world.send(this.#random.pick(this.#services));
    await this.#aWhile();
    await server.restart();
  }

  /** As long as it takes until something becomes visible, or a moment. */
  async #aWhile(): Promise<void> {
    const { visible } = this.#world;
    const [seen, since] = [visible.length, performance.now()];
    const pause = this.#random.below(STORY_PAUSE);
    await until(() => visible.length > seen || performance.now() - since > pause);
  }

  /** Who has died is followed by another. */
  async #bearAgain(): Promise<void> {
    const isAlive = (party: Party): boolean => party.isAlive;
    const [services, projectors] = [this.#services.filter(isAlive), this.#projectors.filter(isAlive)];
    while (services.length < 2) services.push(await this.#world.service());
    while (projectors.length < 2) projectors.push(await this.#world.projector());
    this.#services = services;
    this.#projectors = projectors;
  }

  async #endWell(): Promise<void> {
    this.#wakeAll();
    await Promise.all(this.#all().map((party) => party.kill()));
    const [service] = await Promise.all([this.#world.service(), this.#world.projector()]);
    await this.#world.answeredAll(service);
  }

  #all(): readonly Party[] {
    return [...this.#services, ...this.#projectors];
  }
}
