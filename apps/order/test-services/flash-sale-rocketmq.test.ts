import { sharedRocketMq } from '../../../test/services/index.js';
import { aKilledShopSellsWhatItHas } from './support/killed-shop.js';

aKilledShopSellsWhatItHas(
  async () => {
    const { endpoints, adminAddress } = await sharedRocketMq();
    return {
      VARVE_BUS: 'rocketmq',
      VARVE_ROCKETMQ_ENDPOINTS: endpoints,
      VARVE_ROCKETMQ_ADMIN: adminAddress,
      VARVE_PUBLICATION: 'two-phase',
    };
  },
  { orders: 600 },
);
