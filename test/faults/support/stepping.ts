/** Calls `step` before and after everything that is asked of `port`, and inside of every transaction. */
export function stepping<Port extends object>(port: Port, step: () => void): Port {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        step();
        const result: unknown = value.apply(
          target,
          args.map((argument) => around(argument, step)),
        );
        return isPromise(result) ? result.finally(step) : result;
      };
    },
  });
}

/** The work that is handed to a transaction. */
function around(argument: unknown, step: () => void): unknown {
  if (typeof argument !== 'function') return argument;
  return async (...args: unknown[]): Promise<unknown> => {
    step();
    const result: unknown = await argument(...args);
    step();
    return result;
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}
