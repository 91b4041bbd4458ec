/** The generation of a version, oldest first, that `createVersion` takes instead of making one. */
export function existingGeneration<Stored extends { readonly state: string }>(
  generations: readonly Stored[],
  wanted: 'first' | 'next',
): Stored | undefined {
  const building = generations.findLast(({ state }) => state === 'building');
  if (wanted === 'next') return building;
  const live = generations.find(({ state }) => state === 'live');
  return live ?? building ?? generations.findLast(({ state }) => state === 'retired');
}
