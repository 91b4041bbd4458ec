const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Small texts share a slab: a buffer of its own takes longer to make than to fill. */
const SLAB = 64 * 1024;
const LARGEST_SHARED = 4 * 1024;
/** Of UTF-8, for one unit of UTF-16. */
const MOST_BYTES = 3;

let slab = new Uint8Array(0);
let used = 0;

export function bytesOf(text: string): Uint8Array {
  const most = text.length * MOST_BYTES;
  if (text.length > LARGEST_SHARED) return encoder.encode(text);
  if (used + most > slab.length) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  const begin = used;
  used += encoder.encodeInto(text, slab.subarray(begin)).written;
  return slab.subarray(begin, used);
}

/** @throws TypeError when the bytes are no UTF-8 */
export function textFrom(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** @throws DOMException when it is no base64 */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function byteLengthOf(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4;
      i += 1;
    } else bytes += 3;
  }
  return bytes;
}
