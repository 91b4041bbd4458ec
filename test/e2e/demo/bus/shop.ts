import { freePorts } from '../../../services/free-ports.ts';
import { runScript, startApp, startServer, type Finished, type RunningApp } from '../app-process.ts';
import { importArguments, type RealOrders } from '../real-orders.ts';
import type { Stores } from '../stores/stores.ts';
import type { Broker } from './broker.ts';
import type { Publication } from './chosen-bus.ts';
import type { FaultPoint, Told } from './told.ts';

const TOKEN = 'the-token-of-the-demo';

/** Short, so that one can wait for it; in life a minute. */
export const FENCE_AFTER = 10_000;
const SWEEP_AFTER = 3_000;
const LEASE = 1_000;

/** What the order service has told, over all its lives. */
export class Record {
  readonly checkBacks: Extract<Told, { kind: 'checked-back' }>[] = [];
  swept = 0;

  read(line: string): void {
    if (!line.startsWith('{')) return;
    const told = JSON.parse(line) as Told;
    if (told.kind === 'checked-back') this.checkBacks.push(told);
    if (told.kind === 'swept') this.swept += told.commits;
  }

  answersOn(stream: string): readonly string[] {
    return this.checkBacks.filter((told) => told.stream === stream).map(({ answer }) => answer);
  }
}

/** Two services on one broker, each with a place of its own that the other one does not know. */
export class Shop {
  readonly stores: Stores;
  readonly record = new Record();
  readonly broker: Broker;
  readonly publication: Publication;
  readonly #orderPort: number;

  private constructor(stores: Stores, broker: Broker, publication: Publication, port: number) {
    this.stores = stores;
    this.broker = broker;
    this.publication = publication;
    this.#orderPort = port;
  }

  static async open(stores: Stores, broker: Broker, publication: Publication): Promise<Shop> {
    const [port = 0] = await freePorts(1);
    return new Shop(stores, broker, publication, port);
  }

  get orderUrl(): string {
    return `http://127.0.0.1:${this.#orderPort}`;
  }

  get orderEnv(): Readonly<{ [name: string]: string }> {
    return {
      ...this.broker.env,
      ...this.stores.log.env,
      VARVE_LOG_TOKEN: TOKEN,
      VARVE_PUBLICATION: this.publication,
      VARVE_SWEEP_AFTER: String(SWEEP_AFTER),
      VARVE_FENCE_AFTER: String(FENCE_AFTER),
      PORT: String(this.#orderPort),
    };
  }

  /** With a fault, it dies when it comes to that step with a commit of that stream. */
  startOrder(fault?: { readonly at: FaultPoint; readonly stream: string }): Promise<RunningApp> {
    const planted = fault && { DEMO_DIE_AT: fault.at, DEMO_DIE_ON: fault.stream };
    const env = { ...this.orderEnv, ...planted };
    return startServer('test/e2e/demo/order-with-faults.ts', env, (line) => {
      this.record.read(line);
    });
  }

  startProjector(ordersVersion: '1' | '2'): Promise<RunningApp> {
    return startApp('projector', this.#projectorEnv(ordersVersion));
  }

  orderCommand(...args: readonly string[]): Promise<Finished> {
    return runScript('apps/order/dist/varve.js', args, this.orderEnv);
  }

  projectorCommand(...args: readonly string[]): Promise<Finished> {
    return runScript('apps/projector/dist/cli.js', args, this.#projectorEnv('2'));
  }

  importOrders(source: RealOrders): Promise<Finished> {
    return runScript('apps/order/dist/cli.js', importArguments(source), this.orderEnv);
  }

  #projectorEnv(ordersVersion: '1' | '2'): Readonly<{ [name: string]: string }> {
    return {
      ...this.broker.env,
      VARVE_LOG_URL: `${this.orderUrl}/log`,
      VARVE_LOG_TOKEN: TOKEN,
      ...this.stores.readModels.env,
      VARVE_ORDERS_VERSION: ordersVersion,
      VARVE_LEASE_DURATION: String(LEASE),
    };
  }
}
