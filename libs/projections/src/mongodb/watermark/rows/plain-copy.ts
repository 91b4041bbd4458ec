import { types } from 'node:util';

/** As many as MongoDB takes. The row itself is the first. */
const MAX_DEPTH = 100;

/** Why a value cannot be kept in a row, with what to do about it. */
export class Unkeepable extends Error {
  constructor(
    /** Where in the row, e.g. `items[2].price`. */
    readonly path: string,
    /** Follows the path: `is NaN. …`. */
    readonly problem: string,
  ) {
    super(`${path} ${problem}`);
  }
}

/**
 * A copy of a row as the database will give it back, made of `null`, booleans, finite numbers, well-formed text, dates, arrays and plain objects.
 * A field that is `undefined` is left out, and -0 is 0; everything else would be lost or come back as something else.
 *
 * @throws Unkeepable
 */
export function plainCopy(row: object): object {
  return new PlainCopy().object(row);
}

class PlainCopy {
  readonly #path: (string | number)[] = [];

  object(object: object): object {
    this.#assertPlain(object);
    const copy: Record<string, unknown> = {};
    for (const key of Reflect.ownKeys(object)) {
      if (typeof key === 'symbol')
        throw this.#unkeepable('has a symbol key, which would be dropped. Use text');
      this.#path.push(key);
      const value: unknown = Reflect.get(object, key);
      if (value !== undefined) {
        this.#assertKey(key);
        define(copy, key, this.#value(value));
      }
      this.#path.pop();
    }
    return copy;
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case 'boolean':
        return value;
      case 'string':
        if (value.isWellFormed()) return value;
        throw this.#unkeepable('holds a lone surrogate, which UTF-8 cannot carry. Use text.toWellFormed()');
      case 'number':
        // Not every server keeps -0.
        if (Number.isFinite(value)) return value === 0 ? 0 : value;
        throw this.#unkeepable(`is ${value}. Use a finite number, or null`);
      case 'object':
        return value === null ? null : this.#below(value);
      default:
        throw this.#unkeepable(OF_TYPE[typeof value] ?? `is a ${typeof value}. Leave it out`);
    }
  }

  #below(value: object): unknown {
    if (types.isDate(value)) return this.#date(value);
    if (this.#path.length >= MAX_DEPTH) {
      throw this.#unkeepable(
        `is deeper than ${MAX_DEPTH} levels, or in itself. Keep less deep rows, or the inner part as JSON text`,
      );
    }
    return Array.isArray(value) ? this.#array(value) : this.object(value);
  }

  #array(array: readonly unknown[]): unknown[] {
    const isPlain = Object.getPrototypeOf(array) === Array.prototype;
    const copy: unknown[] = [];
    for (let index = 0; index < array.length; index++) {
      this.#path.push(index);
      if (array[index] === undefined) throw this.#unkeepable('is undefined. Use null, or leave it out');
      copy.push(this.#value(array[index]));
      this.#path.pop();
    }
    // Its own keys are the indices and `length`.
    if (isPlain && Reflect.ownKeys(array).length === array.length + 1) return copy;
    throw this.#unkeepable(
      'is an array of a class, or with properties of its own. Use a plain array: Array.from(it)',
    );
  }

  #date(date: Date): Date {
    if (Object.getPrototypeOf(date) !== Date.prototype) {
      throw this.#unkeepable(`is of class ${nameOfClass(date)}. Use a Date: new Date(it.getTime())`);
    }
    const time = date.getTime();
    if (Number.isNaN(time)) throw this.#unkeepable('is an invalid date. Use a valid one, or null');
    return new Date(time);
  }

  #assertKey(key: string): void {
    const problem = key.startsWith('$')
      ? 'begins with "$", which MongoDB takes for an operator'
      : key === '_bsontype'
        ? 'is a name that the driver takes for its own'
        : key.includes('\0')
          ? 'has a NUL in it, where a name ends for MongoDB'
          : key.isWellFormed()
            ? undefined
            : 'holds a lone surrogate, which UTF-8 cannot carry';
    if (problem) throw this.#unkeepable(`${problem}. Use another name, or an array of { key, value }`);
  }

  /** @throws Unkeepable for an object of a class: it would come back without its class, if at all */
  #assertPlain(object: object): void {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === null || prototype === Object.prototype) return;
    const name = nameOfClass(object);
    throw this.#unkeepable(`is of class ${name}. ${INSTEAD[name] ?? 'Use a plain object: { ...it }'}`);
  }

  #unkeepable(problem: string): Unkeepable {
    return new Unkeepable(pathOf(this.#path), problem);
  }
}

const OF_TYPE: Readonly<Record<string, string>> = {
  bigint: 'is a BigInt, which would come back as a number. Use a number, or text: String(it)',
  function: 'is a function. Leave it out',
};

const AS_NUMBER = 'Use a number, or text: String(it)';
const AS_TEXT = 'Use text: String(it)';
const AS_BYTES = "Use text: Buffer.from(it).toString('base64')";

/** By the name of the class: the driver's own may come from another copy of it. */
const INSTEAD: Readonly<Record<string, string>> = {
  Map: 'Use a plain object: Object.fromEntries(it)',
  Set: 'Use an array: Array.from(it)',
  Buffer: AS_BYTES,
  Uint8Array: AS_BYTES,
  Binary: "Use text: it.toString('base64')",
  Long: AS_NUMBER,
  Int32: AS_NUMBER,
  Double: AS_NUMBER,
  Decimal128: AS_NUMBER,
  ObjectId: AS_TEXT,
  UUID: AS_TEXT,
  Timestamp: AS_NUMBER,
  RegExp: AS_TEXT,
  Number: 'Use it.valueOf()',
  String: 'Use it.valueOf()',
  Boolean: 'Use it.valueOf()',
};

export function nameOfClass(object: object): string {
  const { constructor } = object;
  return (typeof constructor === 'function' && constructor.name) || 'an unknown name';
}

/** `__proto__` is a field like any other. */
function define(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') copy[key] = value;
  else Object.defineProperty(copy, key, { value, enumerable: true, writable: true, configurable: true });
}

function pathOf(steps: readonly (string | number)[]): string {
  return steps.map(stepTo).join('').replace(/^\./, '');
}

function stepTo(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
