import { describe } from 'vitest';
import { databaseOfTest, mongoServers } from '../../../test/services/mongodb/index.js';
import { ordersAreTaken } from '../test/support/order-answers.js';
import { startOrderApp } from '../test/support/order-app.js';

/** FerretDB has the same wire and the same store under it, and takes several times as long. */
const servers = (await mongoServers()).filter(({ name }) => name !== 'ferretdb');

describe.each(servers)('the order app with its log in MongoDB, on $name', ({ uri }) => {
  ordersAreTaken(() =>
    startOrderApp(
      {},
      {
        VARVE_STORE: 'mongodb',
        VARVE_MONGODB_URI: uri,
        VARVE_MONGODB_DATABASE: databaseOfTest(uri, 'varve-order'),
      },
    ),
  );
});
