import { sharedRocketMq, startRocketMq } from '../../../test/services/index.js';
import { anOrderReachesTheProjector, anOutageIsSurvived } from './support/order-to-projector.js';

async function shared() {
  const { endpoints, adminAddress } = await sharedRocketMq();
  return {
    VARVE_BUS: 'rocketmq',
    VARVE_ROCKETMQ_ENDPOINTS: endpoints,
    VARVE_ROCKETMQ_ADMIN: adminAddress,
  };
}

async function own() {
  const server = await startRocketMq();
  return {
    env: { VARVE_BUS: 'rocketmq', ...server.env },
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

anOrderReachesTheProjector(shared, 'relay');
anOrderReachesTheProjector(shared, 'two-phase');
anOutageIsSurvived(own, 'two-phase');
