export type Method = (...args: never[]) => unknown;

/** A provider's own and inherited methods, by name; one that is overridden counts once. */
export function methodsOf(instance: object): ReadonlyMap<string | symbol, Method> {
  const methods = new Map<string | symbol, Method>();
  for (
    let prototype: unknown = Object.getPrototypeOf(instance);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of Reflect.ownKeys(prototype)) {
      const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      if (typeof value === 'function' && name !== 'constructor' && !methods.has(name))
        methods.set(name, value as Method);
    }
  }
  return methods;
}
