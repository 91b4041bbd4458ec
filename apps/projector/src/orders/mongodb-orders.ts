import { Injectable } from '@nestjs/common';
import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';
import { InjectReadModels } from '@varve/projections/nest';
import { NeverPlacedError, type OrderRows } from './orders.projection.js';
import { OrdersQueries, type OrderDetail, type OrderFilter, type OrderRow } from './orders.queries.js';

/** An order with its lines in one document. */
type OrderDocument = Omit<OrderDetail, 'orderId'> & { readonly _id: string };

const NEWEST_FIRST = { placedAt: -1, _id: -1 } as const;

export const mongodbOrders: OrderRows<MongoTransaction> = {
  async setup(tx) {
    await tx.createCollection('orders');
    const orders = tx.collection<OrderDocument>('orders');
    await orders.createIndex(NEWEST_FIRST);
    await orders.createIndex({ customerId: 1, ...NEWEST_FIRST });
  },

  async insert(tx, { orderId, ...order }, version) {
    const lineCount = version === 2 && { lineCount: order.lines.length };
    await tx.collection<OrderDocument>('orders').insertOne({ _id: orderId, ...order, ...lineCount });
  },

  async update(tx, orderId, change) {
    const orders = tx.collection<OrderDocument>('orders');
    const { matchedCount } = await orders.updateOne({ _id: orderId }, { $set: change });
    if (matchedCount !== 1) throw new NeverPlacedError(orderId, change.status);
  },
};

@Injectable()
export class MongodbOrdersQueries extends OrdersQueries {
  constructor(@InjectReadModels() private readonly readModels: MongoReadModels) {
    super();
  }

  list({ status, customerId, after, limit }: OrderFilter): Promise<OrderRow[]> {
    const filter = {
      ...(status !== undefined && { status }),
      ...(customerId !== undefined && { customerId }),
      ...(after && {
        $or: [
          { placedAt: { $lt: after.placedAt } },
          { placedAt: after.placedAt, _id: { $lt: after.orderId } },
        ],
      }),
    };
    return this.readModels.query('orders', async (query) => {
      const orders = query.collection<OrderDocument>('orders');
      const found = orders
        .find(filter, { projection: { lines: 0 } })
        .sort(NEWEST_FIRST)
        .limit(limit);
      return (await found.toArray()).map(withOrderId);
    });
  }

  find(orderId: string): Promise<OrderDetail | undefined> {
    return this.readModels.query('orders', async (query) => {
      const order = await query.collection<OrderDocument>('orders').findOne({ _id: orderId });
      return order ? withOrderId(order) : undefined;
    });
  }
}

function withOrderId({ _id: orderId, ...order }: OrderDocument): OrderDetail {
  return { orderId, ...order };
}
