import type { RunningApp } from '../app-process.ts';
import { number, percentile, tell } from '../narrator.ts';
import { Reader } from '../readers.ts';
import { liveVersion, reportTraffic, until, waitUntilThere, type Outcome } from '../story.ts';
import { Traffic } from '../traffic.ts';
import { commandOn, customer, feedsOf, healthOf, type Customer } from './customer.ts';
import { Freshness } from './freshness.ts';
import { FENCE_AFTER, type Shop } from './shop.ts';
import type { FaultPoint } from './told.ts';

const CLIENTS = 16;
/** How long anybody keeps trying while a service or the broker is away, or the machine is busy, in milliseconds. */
const PATIENCE = 120_000;

/** The story of the embedded demo on a broker: everything that can be killed is, while orders keep coming. */
export class StoryOnBus {
  readonly #shop: Shop;
  readonly #orders: number;
  readonly #traffic: Traffic;
  readonly #freshness = new Freshness(() => this.#projector.url);
  readonly #reader = new Reader(() => this.#projector.url, 'demo-1');
  readonly #surprises: string[] = [];
  #order!: RunningApp;
  #projector!: RunningApp;

  constructor(shop: Shop, options: { readonly orders: number; readonly seed: number }) {
    this.#shop = shop;
    this.#orders = options.orders;
    this.#traffic = new Traffic({
      url: shop.orderUrl,
      orders: options.orders,
      clients: CLIENTS,
      seed: options.seed,
      patience: PATIENCE,
      onCarriedOut: (stream, version) => this.#freshness.carriedOut(stream, version),
    });
  }

  async tell(): Promise<Outcome> {
    await this.#open();
    await this.#quietHour();
    this.#reader.start();
    await this.#killProjector();
    if (this.#shop.publication === 'two-phase') await this.#killOrderServiceInTwoPhases();
    else await this.#killOrderServiceAroundPublish();
    await this.#killBroker();
    await this.#deployAndRebuild();
    await this.#reader.stop();
    return this.#close();
  }

  async #open(): Promise<void> {
    const faults = this.#faults();
    this.#order = await this.#shop.startOrder(faults[0]);
    this.#projector = await this.#shop.startProjector('1');
    tell(`order service on ${this.#order.url} (pid ${this.#order.pid}), with its log`);
    tell(
      `projector on ${this.#projector.url} (pid ${this.#projector.pid}), with a database of its own; it reads ${this.#order.url}/log`,
    );
    await until(
      async () => (await feedsOf(this.#projector.url)).every(({ state }) => state === 'running'),
      60_000,
    );
    tell(
      `subscribed to ${this.#shop.broker.name}: what it brings is applied at once, the log is walked some seconds behind`,
    );
  }

  #faults(): readonly { readonly at: FaultPoint; readonly stream: string }[] {
    return this.#shop.publication === 'two-phase'
      ? [
          { at: 'between prepare and append', stream: 'order-ghost' },
          { at: 'between append and commit', stream: 'order-witness' },
        ]
      : [
          { at: 'between append and publish', stream: 'order-witness' },
          { at: 'between publish and checkpoint', stream: 'order-twice' },
        ];
  }

  async #quietHour(): Promise<void> {
    await this.#live(0, 0.25);
    await this.#freshness.stop();
    const sorted = this.#freshness.milliseconds.toSorted((a, b) => a - b);
    tell(
      `${number(this.#traffic.carriedOut)} commands carried out, ${this.#traffic.refused} refused by the shop's rules, ${CLIENTS} clients at once`,
    );
    tell(
      `from a command's answer until the projector shows it: p50 ${number(percentile(sorted, 0.5))} ms, p99 ${number(percentile(sorted, 0.99))} ms (${sorted.length} looked at)`,
    );
  }

  async #killProjector(): Promise<void> {
    const running = this.#live(0.25, 0.4);
    await this.#finished(0.3);
    await this.#projector.kill();
    const killedAt = this.#traffic.position;
    tell(`kill -9 of the projector at position ${number(killedAt)}, while orders keep coming`);
    await this.#finished(0.35);
    this.#projector = await this.#shop.startProjector('1');
    await running;
    await waitUntilThere(this.#projector.url, this.#traffic.position, PATIENCE);
    tell(
      `started again and caught up: position ${number(this.#traffic.position)}, ${number(this.#traffic.position - killedAt)} commits later`,
    );
  }

  async #killOrderServiceInTwoPhases(): Promise<void> {
    const running = this.#live(0.4, 0.6);
    const [ghost, witness] = [customer('ghost'), customer('witness')];
    await this.#finished(0.45);
    await this.#dieFor(
      ghost,
      'between prepare and append',
      'its half message is at the broker, its commit nowhere',
    );
    await this.#revive(1);
    await this.#dieFor(
      witness,
      'between append and commit',
      'its commit is in the log, and nobody can see its message',
    );
    await this.#revive(2);
    await this.#shownAfterAll(witness);
    await running;
    await this.#neverHappened(ghost);
  }

  async #killOrderServiceAroundPublish(): Promise<void> {
    const running = this.#live(0.4, 0.6);
    const [witness, twice] = [customer('witness'), customer('twice')];
    await this.#finished(0.45);
    await this.#dieFor(
      witness,
      'between append and publish',
      'its commit is in the log, and not at the broker',
    );
    await this.#revive(1);
    await this.#shownAfterAll(witness);
    await this.#dieFor(
      twice,
      'between publish and checkpoint',
      'its message is going to be published a second time',
    );
    await this.#revive(2);
    await this.#shownAfterAll(twice);
    await running;
  }

  async #dieFor(who: Customer, at: FaultPoint, so: string): Promise<void> {
    const answer = await commandOn(this.#shop.orderUrl, who);
    await this.#order.gone;
    tell(`kill -9 of the order service ${at} of "order-${who.orderId}": ${so}`);
    // From the append on the customer may have the answer: what follows is the service's own affair.
    if (answer.status !== 'none' && at === 'between prepare and append')
      this.#surprises.push(`${who.orderId} was answered ${answer.status} by a service that died before`);
  }

  async #revive(life: 1 | 2): Promise<void> {
    this.#order = await this.#shop.startOrder(this.#faults()[life]);
    tell(`started again (pid ${this.#order.pid}); ${CLIENTS} clients send again what had no answer`);
  }

  async #shownAfterAll(who: Customer): Promise<void> {
    const stream = `order-${who.orderId}`;
    const again = await commandOn(this.#shop.orderUrl, who, PATIENCE);
    const { status } = await fetch(
      `${this.#projector.url}/orders/${who.orderId}?stream=${stream}&version=1&timeout=30000`,
    );
    if (again.outcome !== 'repeated')
      this.#surprises.push(
        `${stream} was sent again: ${again.status} ${again.outcome}, expected the first answer`,
      );
    if (status !== 200) this.#surprises.push(`${stream} is not shown: ${status}`);
    tell(
      `its customer asks again and gets the first answer (position ${again.position}); the projector shows it`,
    );
  }

  /** Absent and old: the log takes the id before the broker may forget the message. */
  async #neverHappened(who: Customer): Promise<void> {
    const stream = `order-${who.orderId}`;
    const { record } = this.#shop;
    await until(() => record.answersOn(stream).includes('rollback'), 60_000);
    const unknown = record.answersOn(stream).filter((answer) => answer === 'unknown').length;
    const asked =
      unknown > 0
        ? `asked back, the log said "unknown" ${unknown} times and then`
        : 'asked back, the log said';
    tell(
      `"${stream}" was never appended: ${asked} "rollback", after it had fenced the id (${FENCE_AFTER / 1000} s old)`,
    );
    const late = await commandOn(this.#shop.orderUrl, who, PATIENCE);
    const shown = await fetch(`${this.#projector.url}/orders/${who.orderId}`);
    if (late.status !== 409 || late.code !== 'commit-fenced' || shown.status !== 404)
      this.#surprises.push(`${stream} was to be fenced: ${late.status} ${late.code}, shown: ${shown.status}`);
    tell(
      `its customer comes back too late: ${late.status} ${late.code}; the projector has never heard of it`,
    );
  }

  async #killBroker(): Promise<void> {
    const running = this.#live(0.6, 0.8);
    await this.#finished(0.65);
    const { broker, orderUrl } = this.#shop;
    await broker.kill();
    const [before, killed] = [this.#traffic.carriedOut, performance.now()];
    tell(`kill -9 of ${broker.name}, while orders keep coming`);
    await this.#finished(0.72);
    const health = [await healthOf(orderUrl, ''), await healthOf(orderUrl, '/bus')];
    tell(
      `${number(this.#traffic.carriedOut - before)} commands carried out without it; /health says ${health[0]}, /health/bus ${health[1]}`,
    );
    if (health.join() !== '200,503') this.#surprises.push(`health without a broker: ${health.join()}`);
    await broker.restart();
    await until(async () => (await healthOf(orderUrl, '/bus')) === 200, 60_000);
    tell(
      `started again after ${number((performance.now() - killed) / 1000)} s; /health/bus went green by itself`,
    );
    await running;
    await waitUntilThere(this.#projector.url, this.#traffic.position, PATIENCE);
    tell(`the projector is at position ${number(this.#traffic.position)}: nothing was lost`);
  }

  async #deployAndRebuild(): Promise<void> {
    let running = this.#live(0.8, 0.9);
    const next = await this.#shop.startProjector('2');
    tell(
      `deployed version 2 of "orders" beside version 1 (pid ${next.pid}): it builds from position 0 under traffic`,
    );
    await until(async () => (await liveVersion(next.url)) === 2, 60_000);
    const old = this.#projector;
    this.#projector = next;
    const codeOfOld = await old.stop();
    if (codeOfOld !== 0) this.#surprises.push(`exit code of the old release after SIGTERM: ${codeOfOld}`);
    tell(`version 2 took its place; SIGTERM to the old release: exit code ${codeOfOld}`);
    await running;
    running = this.#live(0.9, 1);
    const { code, output } = await this.#shop.projectorCommand(
      'projections',
      'rebuild',
      'orders',
      '--verify',
    );
    if (code !== 0) throw new Error(`varve projections rebuild ended with code ${String(code)}:\n${output}`);
    tell(`varve projections rebuild orders --verify: ${output.trim().split('\n').slice(-2).join(' ')}`);
    await running;
    await waitUntilThere(this.#projector.url, this.#traffic.position, PATIENCE);
  }

  async #close(): Promise<Outcome> {
    tell(`a reader looked ${number(this.#reader.looks)} times meanwhile and never missed an order`);
    reportTraffic(this.#traffic);
    if (this.#traffic.fenced > 0)
      tell(
        `${this.#traffic.fenced} commands came back after their ids were fenced, got 409, and were given again as new ones`,
      );
    await tellFeeds(this.#projector.url);
    const codes = [await this.#order.stop(), await this.#projector.stop()];
    const { record, publication } = this.#shop;
    if (publication === 'two-phase') {
      const answers = Object.entries(Object.groupBy(record.checkBacks, ({ answer }) => answer));
      tell(
        `the broker asked back ${record.checkBacks.length} times: ${answers.map(([answer, all]) => `${all.length} × ${answer}`).join(', ')}`,
      );
      tell(`the sweep published ${number(record.swept)} commits that had no confirmation`);
    }
    const { surprises } = this.#traffic;
    if (codes.some((code) => code !== 0)) surprises.push(`exit codes after SIGTERM: ${codes.join(', ')}`);
    return {
      surprises: [...this.#surprises, ...surprises, ...this.#reader.surprises, ...this.#freshness.surprises],
    };
  }

  #live(from: number, to: number): Promise<void> {
    return this.#traffic.run(Math.floor(this.#orders * from) + 1, Math.floor(this.#orders * to));
  }

  #finished(share: number): Promise<void> {
    return until(() => this.#traffic.finishedOrders >= Math.floor(this.#orders * share), 120_000);
  }
}

async function tellFeeds(url: string): Promise<void> {
  for (const { name, applied, duplicates, refills } of await feedsOf(url)) {
    tell(
      `"${name}" since its last start: ${number(applied)} commits from the bus, ${number(duplicates)} duplicates dropped, ${number(refills)} gaps filled from the log`,
    );
  }
}
