/**
 * Why a class may have state that is no property of its instances, such as a `#private` field. That cannot be looked into, so this is
 * what gives it away: a constructor that takes something, or accessors that tell it.
 */
export function hiddenStateOf(instance: object): string | undefined {
  if (hasAccessor(instance)) return 'its accessors tell what no property of its own holds';
  for (let at = prototypeOf(instance); at && at !== Object.prototype; at = prototypeOf(at)) {
    if (typeof at.constructor === 'function' && at.constructor.length > 0) {
      return 'its constructor takes what no property of its own holds';
    }
    if (hasAccessor(at)) return 'its accessors tell what no property of its own holds';
  }
  return undefined;
}

function prototypeOf(thing: object): object | null {
  return Object.getPrototypeOf(thing) as object | null;
}

function hasAccessor(thing: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(thing)).some(
    (property) => property.get !== undefined,
  );
}
