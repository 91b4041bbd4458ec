import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { WireProxy, type Trap, type WireFault } from '../../../../../test/services/mongodb/wire/index.js';
import { seededRandom, wholeBetween } from '../../../../../test/support/seeded-random.js';
import { until } from '../../../../../test/support/until.js';
import { WatermarkBench } from './bench.js';
import { fill, foldOf, rowsOf, totals } from './orders.js';
import { processorOn, TOTALS } from './rules.js';

const rounds = Number(process.env['VARVE_WATERMARK_ROUNDS'] ?? 3);
const seed = Number(process.env['VARVE_SEED'] ?? 1);
const COMMITS = 24;
/** A step has about six commands that write, so that one of two is let pass. */
const COMMANDS = 12;
const MOST_TURNS = 500;
const FAULTS: readonly WireFault['does'][] = ['hold', 'hold', 'hold-answer', 'cut', 'swallow'];

/** An instance behind a proxy of its own. */
class Instance {
  #step: Promise<unknown> | undefined;
  #trap: Trap | undefined;

  constructor(
    readonly proxy: WireProxy,
    private readonly processor: ReturnType<typeof processorOn>,
  ) {}

  get isHeld(): boolean {
    return this.#step !== undefined;
  }

  /** One step, which a command of it may hinder: of its claim, its rows or its checkpoint. Ends when the step does, or is held. */
  async step(fault: WireFault, nth: number): Promise<void> {
    this.#trap = this.proxy.on({ command: ['insert', 'update'], nth }, fault);
    this.#step = this.processor.runOnce().finally(() => (this.#step = undefined));
    await until(() => !this.isHeld || this.isWaiting);
    if (!this.isHeld) this.proxy.clear();
  }

  async letGo(): Promise<void> {
    this.proxy.clear();
    await this.#step;
  }

  async stop(): Promise<void> {
    await this.letGo();
    await this.processor.stop();
  }

  private get isWaiting(): boolean {
    const { fault, caught } = this.#trap!;
    return caught.length > 0 && (fault.does === 'hold' || fault.does === 'hold-answer');
  }
}

describe.each(await mongoServers())('on $name, in watermark mode', (server) => {
  const bench = new WatermarkBench(server);
  afterAll(() => bench.dispose());

  it(`instances that are held, cut off and overtaken at any command leave rows that are equal to the fold (seed ${seed}, ${rounds} rounds)`, async () => {
    const proxies = await Promise.all([1, 2, 3].map(() => WireProxy.open(server.uri)));
    try {
      for (let round = 0; round < rounds; round++) await playRound(proxies, seed * 1_000 + round);
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.close()));
    }
  });

  async function playRound(proxies: readonly WireProxy[], roundSeed: number): Promise<void> {
    const random = seededRandom(roundSeed);
    const log = new InMemoryEventStore();
    await fill(log, COMMITS, random);
    const place = bench.newPlace();
    const readModels = await bench.open(place);
    await readModels.createVersion(totals(), log.logId, 'first');
    const instances = await Promise.all(
      proxies.map(async (proxy, index) => {
        const store = await bench.open(place, { uri: proxy.uri });
        return new Instance(proxy, processorOn(log, store, `instance ${index}`));
      }),
    );
    let seen = 0;
    for (let turn = 0; ((await readModels.load(TOTALS))?.position ?? 0) < COMMITS; turn++) {
      expect(turn, `turns of round ${roundSeed}`).toBeLessThan(MOST_TURNS);
      const free = instances.filter(({ isHeld }) => !isHeld);
      const chosen = free[Math.floor(random() * free.length)];
      if (!chosen || random() < 0.2) await instances[wholeBetween(random, 0, 2)]!.letGo();
      else {
        const does = FAULTS[wholeBetween(random, 0, FAULTS.length - 1)]!;
        await chosen.step({ does } as WireFault, wholeBetween(random, 1, COMMANDS));
        await readModels.setState(TOTALS, 'active');
      }
      const events = (await rowsOf(readModels)).ledger[0]?.events ?? 0;
      expect(events, `a row of the past was read (round ${roundSeed})`).toBeGreaterThanOrEqual(seen);
      seen = events;
    }
    for (const instance of instances) await instance.stop();
    expect(await rowsOf(readModels), `round ${roundSeed}`).toEqual(await foldOf(log));
  }
});
