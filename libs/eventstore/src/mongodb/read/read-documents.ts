import type { FindCursor } from 'mongodb';

/** What one read may bring into memory, in characters of event text; it may exceed that by what a server puts into one reply (16 MB). */
const MAX_TEXT = 8 * 1024 * 1024;

/**
 * As many of a query's documents as fit into one read, at least one. By the replies of the server: a promise for each document would take
 * as long as the document.
 */
export async function readFitting<T extends object>(cursor: FindCursor<T>): Promise<T[]> {
  const documents: T[] = [];
  let text = 0;
  try {
    while (text < MAX_TEXT && (await cursor.hasNext())) {
      for (const document of cursor.readBufferedDocuments()) {
        documents.push(document);
        text += (document as { readonly events?: string }).events?.length ?? 0;
      }
    }
    return documents;
  } finally {
    await cursor.close();
  }
}
