import { afterTest } from './after-test.js';

/** Makes this process a Node with another Node-API version, or none, until the test is over. */
export function pretendNodeApi(version: string | undefined): void {
  const original = Object.getOwnPropertyDescriptor(process.versions, 'napi')!;
  afterTest(() => Object.defineProperty(process.versions, 'napi', original));
  Object.defineProperty(process.versions, 'napi', { ...original, value: version });
}
