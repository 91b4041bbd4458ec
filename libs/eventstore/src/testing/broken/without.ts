/** The options without some of them. */
export function without<T extends object>(options: T, ...keys: readonly (keyof T)[]): T {
  const kept = Object.entries(options).filter(([key]) => !keys.includes(key as keyof T));
  return Object.fromEntries(kept) as T;
}
