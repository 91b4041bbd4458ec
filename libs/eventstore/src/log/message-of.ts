/** Of what is no error and brings no message: enough to find it by. */
const LONGEST = 500;

/** What a thrown value says. Code throws anything, and what cannot be shown may keep nobody from saying that something was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    if (typeof thrown !== 'object' || thrown === null) return String(thrown);
    if ('message' in thrown && typeof thrown.message === 'string') return thrown.message;
    const text = textOf(thrown) ?? JSON.stringify(thrown);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…`.toWellFormed() : text;
  } catch {
    return 'something that cannot be shown as a text';
  }
}

/** Without one of its own an object would be "[object Object]". */
function textOf(thrown: object): string | undefined {
  const toString: unknown = Reflect.get(thrown, 'toString');
  if (typeof toString !== 'function' || toString === Object.prototype.toString) return undefined;
  return String(Reflect.apply(toString, thrown, []));
}
