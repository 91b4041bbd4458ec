export type Setting = string | number | boolean;

/** A Java properties file. */
export function properties(values: Readonly<Record<string, Setting>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
