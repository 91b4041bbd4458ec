import { sharedKafka } from '../../../test/services/index.js';
import { aKilledShopSellsWhatItHas } from './support/killed-shop.js';

aKilledShopSellsWhatItHas(
  async () => {
    const { brokers } = await sharedKafka();
    return { VARVE_BUS: 'kafka', VARVE_KAFKA_BROKERS: brokers };
  },
  { orders: 5_000 },
);
