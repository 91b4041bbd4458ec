import { number, say, tell } from '../narrator.ts';
import type { RealOrders } from '../real-orders.ts';
import type { Stores } from '../stores/stores.ts';
import type { Outcome } from '../story.ts';
import { startBroker, type Broker } from './broker.ts';
import type { ChosenBus } from './chosen-bus.ts';
import { importOnBus } from './import-on-bus.ts';
import { Shop } from './shop.ts';
import { StoryOnBus } from './story-on-bus.ts';

export interface TellingOnBus extends ChosenBus {
  readonly stores: Stores;
  /** Without them orders are made up. */
  readonly realOrders: RealOrders | undefined;
  readonly count: number;
  readonly seed: number;
}

/** Starts a real broker, tells the story on it and stops it, whatever happens. */
export async function tellOnBus(telling: TellingOnBus): Promise<Outcome> {
  const { bus, publication } = telling;
  tell(`starting ${bus}: a real server, from its own jars`);
  const began = performance.now();
  const broker = await startBroker(bus);
  try {
    tell(`ready after ${number((performance.now() - began) / 1000)} s at ${addressOf(broker)}`);
    const shop = await Shop.open(telling.stores, broker, publication);
    await setUp(shop);
    return telling.realOrders === undefined
      ? await new StoryOnBus(shop, { orders: telling.count, seed: telling.seed }).tell()
      : await importOnBus(shop, telling.realOrders);
  } finally {
    await broker.stop();
  }
}

/** Topics are made by the service that publishes on them, groups by the one that reads. */
async function setUp(shop: Shop): Promise<void> {
  const commands = {
    order: shop.orderCommand('bus', 'setup'),
    projector: shop.projectorCommand('bus', 'setup'),
  };
  for (const [service, command] of Object.entries(commands)) {
    const { code, output } = await command;
    if (code !== 0) throw new Error(`varve bus setup ended with code ${String(code)}:\n${output}`);
    tell(`varve bus setup, ${service}:`);
    say(output.trim().replaceAll(/^/gm, '         '));
  }
}

function addressOf({ env }: Broker): string {
  return env['VARVE_ROCKETMQ_ENDPOINTS'] ?? env['VARVE_KAFKA_BROKERS'] ?? 'an unknown address';
}
