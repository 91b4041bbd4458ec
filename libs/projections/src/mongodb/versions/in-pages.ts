import type { Collection, Document, FindOptions } from 'mongodb';

/** Rows. */
const PAGE = 500;

/**
 * All documents by their `_id`, without a cursor that stays open between two of them: both sides of a comparison are read in one
 * transaction, in which not every server keeps several. By `$expr`, since `{ _id: { $gt } }` finds values of one type only.
 */
export async function* inPages(
  collection: Collection,
  options: FindOptions,
  filter: Document = {},
): AsyncGenerator<Document> {
  const inOrder = { ...options, sort: { _id: 1 }, limit: PAGE, batchSize: PAGE } as const;
  for (let next = filter; ;) {
    const page = await collection.find(next, inOrder).toArray();
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    next = { $and: [filter, { $expr: { $gt: ['$_id', { $literal: last._id }] } }] };
  }
}
