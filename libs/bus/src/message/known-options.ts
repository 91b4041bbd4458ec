import { InvalidBusOptionsError } from './errors.js';

/** What drivers call an option of ours. Ignored, it would be a connection that is not encrypted. */
const OURS: Readonly<Record<string, string>> = { ssl: 'tls', sslEnabled: 'tls' };

/**
 * `known` is an object, so that the compiler misses an option that it lacks. `path` is that of an option that holds others.
 *
 * @throws InvalidBusOptionsError it is no object, or holds an option that nobody reads
 */
export function assertKnownOptions<Options extends object>(
  of: string,
  options: unknown,
  known: Readonly<Record<keyof Required<Options>, true>>,
  path = '',
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const what = path === '' ? `The options of ${of} are` : `"${path}" of ${of} is`;
    throw new InvalidBusOptionsError(path || 'options', `${what} no object. Give one.`);
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const option = path === '' ? unknown : `${path}.${unknown}`;
  const ours = Object.hasOwn(OURS, unknown) ? OURS[unknown] : undefined;
  const remedy =
    ours !== undefined && Object.hasOwn(known, ours)
      ? `It is called "${ours}" here: use "${ours}".`
      : `Known are ${Object.keys(known).join(', ')}.`;
  throw new InvalidBusOptionsError(option, `"${option}" of ${of} is unknown. ${remedy}`);
}
