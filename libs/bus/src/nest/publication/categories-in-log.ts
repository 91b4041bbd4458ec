import { categoryOf, type EventStore, type StreamName } from '@varve/eventstore';

/** The categories that have a stream in the log, each found with one look: names come in order, so those between two of them are passed over. */
export async function categoriesInLog(log: Pick<EventStore, 'listStreams'>): Promise<readonly string[]> {
  const categories = new Set<string>();
  let after: StreamName | undefined;
  for (;;) {
    const [found] = await log.listStreams({ limit: 1, ...(after !== undefined && { after }) });
    if (!found) return [...categories];
    const category = categoryOf(found.stream);
    after = found.stream === category || categories.has(category) ? found.stream : behindAllOf(category);
    categories.add(category);
  }
}

/** No id begins with more than the last character that there is; one that does is looked at by itself. */
function behindAllOf(category: string): StreamName {
  return `${category}-\u{10FFFF}`;
}
