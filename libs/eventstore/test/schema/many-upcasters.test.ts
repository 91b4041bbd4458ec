import { expect, test } from 'vitest';
import { defineEvent, EventRegistry, rename, upcast, type Upcaster } from '@varve/eventstore';

const TYPES = 50;
const VERSIONS = 4;

/** An upcaster that counts how often somebody looks what it is. */
function counted(upcaster: Upcaster, look: () => void): Upcaster {
  return new Proxy(upcaster, {
    get: (target, key) => {
      if (key === 'kind') look();
      return Reflect.get(target, key) as unknown;
    },
  });
}

test('Who asks where a type comes from looks through no upcaster', () => {
  let looks = 0;
  const types = Array.from({ length: TYPES }, (_, i) => `order.event-${i}`);
  const upcasters = types.flatMap((type) => [
    rename(`${type}.old`, type),
    ...Array.from({ length: VERSIONS - 1 }, (_, i) =>
      upcast(type, { from: i + 1, to: i + 2 }, (data: object) => data),
    ),
  ]);
  const events = types.map((type) => defineEvent(type, { version: VERSIONS }));
  const registry = new EventRegistry(events, {
    upcasters: upcasters.map((upcaster) => counted(upcaster, () => (looks += 1))),
  });
  looks = 0;
  for (const type of types) expect(registry.storedTypesOf([type])).toEqual([type, `${type}.old`]);
  expect(registry.storedTypesOf(types)).toHaveLength(2 * TYPES);
  registry.revision();
  expect(looks).toBe(0);
});
