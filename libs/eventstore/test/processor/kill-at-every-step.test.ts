import { describe, expect, it } from 'vitest';
import type { Processor } from '@varve/eventstore';
import type { MemoryTransaction } from '@varve/eventstore/testing';
import { Fixture, foldOf, listing, reacting, type Options } from './support/fixture.js';
import { Killer } from '../../../../test/support/killer.js';

const ID = 'orders@1';

/** A processor's whole life: healthy commits, filtered ones, two that fail, a retry of one and a discard of the other. */
class Life extends Fixture {
  mended = false;
  #instances = 0;

  async begin(): Promise<void> {
    await this.append('order-1', 'placed', 'paid');
    await this.append('customer-1', 'registered');
    await this.append('order-2', 'placed');
    await this.append('order-3', 'placed');
    await this.append('order-2', 'paid');
    await this.append('order-1', 'shipped');
    await this.append('order-3', 'paid', 'shipped');
    await this.append('customer-1', 'moved');
  }

  instance(killer: Killer, options: Partial<Options> = {}): Processor<MemoryTransaction> {
    return this.processor({
      handler: listing(({ stream, firstVersion }) => this.#refuses(stream, firstVersion)),
      log: killer.stalk(this.log),
      store: killer.stalk(this.store),
      owner: `instance ${(this.#instances += 1)}`,
      filter: { categories: ['order'] },
      failurePolicy: { retries: 0, then: 'park' },
      batch: { initial: 4, max: 4 },
      ...options,
    });
  }

  /** Steps to rest; a lease that nobody gives back is waited for. `false` when the instance was killed. */
  async rest(processor: Processor<MemoryTransaction>, killer: Killer): Promise<boolean> {
    for (let steps = 0; steps < 200; steps += 1) {
      const result = await processor.runOnce();
      if (killer.dead) return false;
      if (result.kind === 'caught-up') return true;
      if (result.kind === 'standby') this.time.sleep(result.retryIn);
    }
    throw new Error('It never came to rest.');
  }

  /** Every act is run by the first instance until that is killed, and from there on by a new one. */
  async play(killer: Killer, options: Partial<Options> = {}): Promise<void> {
    let [processor, at] = [this.instance(killer, options), killer];
    const act = async (): Promise<void> => {
      while (!(await this.rest(processor, at)))
        [processor, at] = [this.instance((at = new Killer()), options), at];
    };
    await act();
    this.mended = true;
    await this.store.request(ID, 'order-2', 'retry');
    await this.store.request(ID, 'order-3', 'discard');
    await act();
    await this.append('order-2', 'shipped');
    await act();
  }

  #refuses(stream: string, version: number): boolean {
    return (stream === 'order-2' && !this.mended) || (stream === 'order-3' && version === 1);
  }
}

async function played(killer: Killer, options: Partial<Options> = {}): Promise<Life> {
  const life = new Life();
  await life.begin();
  await life.play(killer, options);
  return life;
}

async function callsOfOneLife(options: Partial<Options> = {}): Promise<number> {
  const killer = new Killer();
  await played(killer, options);
  return killer.calls;
}

describe('a processor that is killed', () => {
  it('at any of its calls leaves a read model that the next instance completes to the fold of the log, each event once', async () => {
    const calls = await callsOfOneLife();
    expect(calls).toBeGreaterThan(60);
    for (let at = 0; at < calls; at += 1) {
      const life = await played(new Killer(at));
      const { 'customer-1': _, ...fold } = await foldOf(life.log);
      expect({ at, ...life.rows() }).toEqual({ at, ...fold, 'order-3': [2, 3] });
      const skipped = await life.store.listSkipped(ID);
      expect(skipped.map(({ stream, firstVersion }) => `${stream}@${firstVersion}`)).toEqual(['order-3@1']);
      expect(await life.store.listParked(ID)).toEqual([]);
      expect(await life.store.load(ID)).toMatchObject({ position: await life.log.head() });
    }
  });

  it('at any of its calls repeats the effects of one commit at most, and leaves none out', async () => {
    const effects: string[] = [];
    const reactor = (failing: () => boolean): Partial<Options> => ({
      handler: reacting(({ stream, version }) => {
        if (stream === 'order-3' && version === 1) throw new Error('never');
        if (stream === 'order-2' && failing()) throw new Error('not yet');
        effects.push(`${stream}@${version}`);
      }),
    });
    const playedReacting = async (killer: Killer): Promise<void> => {
      const life = new Life();
      await life.begin();
      await life.play(
        killer,
        reactor(() => !life.mended),
      );
    };
    const whole = new Killer();
    await playedReacting(whole);
    const expected = [...effects].sort();
    expect(expected).toEqual([
      ...['order-1@1', 'order-1@2', 'order-1@3', 'order-2@1', 'order-2@2', 'order-2@3'],
      ...['order-3@2', 'order-3@3'],
    ]);
    for (let at = 0; at < whole.calls; at += 1) {
      effects.length = 0;
      await playedReacting(new Killer(at));
      expect([...new Set(effects)].sort()).toEqual(expected);
      const repeated = effects.filter((effect, index) => effects.indexOf(effect) < index);
      expect(
        new Set(repeated.map((effect) => effect.split('@')[0])).size,
        `repeated after ${at}`,
      ).toBeLessThan(2);
      expect(repeated.length).toBeLessThan(3);
    }
  });
});
