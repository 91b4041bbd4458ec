import type { FindCursor } from 'mongodb';

/** What one read may bring into memory, in characters of event text; it may exceed that by what a server puts into one reply (16 MB). */
const MAX_TEXT = 8 * 1024 * 1024;

export interface Page<T> {
  readonly documents: T[];
  /** Nothing came behind them when they were read. */
  readonly isLast: boolean;
}

/** As many of a query's documents as fit into one read, at least one. */
export async function readFitting<T extends object>(cursor: FindCursor<T>): Promise<T[]> {
  return (await readPage(cursor, 0)).documents;
}

/**
 * The same, of a query that asks for `limit` documents at most. By the replies of the server: a promise for each document would take as long
 * as the document.
 */
export async function readPage<T extends object>(cursor: FindCursor<T>, limit: number): Promise<Page<T>> {
  const documents: T[] = [];
  let text = 0;
  try {
    while (text < MAX_TEXT) {
      if (!(await cursor.hasNext())) return { documents, isLast: documents.length < limit };
      for (const document of cursor.readBufferedDocuments()) {
        documents.push(document);
        text += (document as { readonly events?: string }).events?.length ?? 0;
      }
    }
    return { documents, isLast: false };
  } finally {
    await cursor.close();
  }
}
