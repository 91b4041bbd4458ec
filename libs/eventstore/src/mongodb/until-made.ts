import { isDuplicateKey } from './driver-errors.js';

/** More often than this, something is wrong. */
const TRIES = 5;

/** Work that may make a document. Two that make the same one at once: a server may refuse the second of them, which finds it made when it tries again. */
export async function untilMade<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isDuplicateKey(error) || tries >= TRIES) throw error;
    }
  }
}
