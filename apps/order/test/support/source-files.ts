import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A line of orders.csv; what is left out is empty, as in the source. */
export interface OrderLine {
  readonly id: string;
  readonly customer?: string;
  readonly status?: string;
  readonly purchased?: string;
  readonly approved?: string;
  readonly carrier?: string;
  readonly delivered?: string;
}

export interface SourceFiles {
  readonly orders?: readonly OrderLine[];
  /** order, number, price, freight */
  readonly items?: readonly (readonly [string, number, string, string])[];
  /** order, number, kind, value */
  readonly payments?: readonly (readonly [string, number, string, string])[];
  /** customer number, person */
  readonly customers?: readonly (readonly [string, string])[];
}

const HEADERS = {
  orders:
    'order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date',
  items: 'order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value',
  payments: 'order_id,payment_sequential,payment_type,payment_installments,payment_value',
  customers: 'customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state',
};

export const PURCHASED = '10/2/2017 10:56';

/** A folder with files in the format of the real ones, removed at the end of the `using` block. */
export async function sourceDirectory(
  files: SourceFiles,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'varve-orders-'));
  const orders = (files.orders ?? []).map((order) =>
    [
      order.id,
      order.customer ?? `customer-of-${order.id}`,
      order.status ?? 'delivered',
      order.purchased ?? PURCHASED,
      order.approved ?? '',
      order.carrier ?? '',
      order.delivered ?? '',
      '10/18/2017 0:00',
    ].join(','),
  );
  const items = (files.items ?? []).map(
    ([id, n, price, freight]) => `${id},${n},product-${n},seller,1/1/2018 0:00,${price},${freight}`,
  );
  const payments = (files.payments ?? []).map(([id, n, kind, value]) => `${id},${n},${kind},1,${value}`);
  const customers = (files.customers ?? []).map(([id, person]) => `${id},${person},14409,franca,SP`);
  const write = (file: string, lines: readonly string[]) =>
    writeFile(join(path, file), `${lines.join('\n')}\n`);
  await write('orders.csv', [HEADERS.orders, ...orders]);
  await write('order_items.csv', [HEADERS.items, ...items]);
  await write('order_payments.csv', [HEADERS.payments, ...payments]);
  await write('customers.csv', [HEADERS.customers, ...customers]);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
