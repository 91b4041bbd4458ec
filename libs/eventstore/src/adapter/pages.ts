/** Page after page of what is kept in an order, each from behind the last of the one before. The first that is empty ends them. */
export async function* pages<Item, Key>(
  first: Key,
  read: (after: Key) => Promise<readonly Item[]>,
  keyOf: (item: Item) => Key,
): AsyncGenerator<readonly Item[]> {
  for (let after = first; ;) {
    const page = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    after = keyOf(last);
    yield page;
  }
}
