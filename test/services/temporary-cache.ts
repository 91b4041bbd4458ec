import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temp-dir.ts';
import { builtFolder, jarsFolder } from './folders.ts';
import type { Distribution } from './jars/distributions.ts';
import { fetchJars } from './jars/fetch-jars.ts';

/** A cache that has the jars, whatever has been built, and else nothing; gone after the test. */
export async function temporaryCache(distribution: Distribution): Promise<string> {
  await fetchJars(distribution);
  const cache = temporaryFolder();
  mkdirSync(join(cache, 'jars'));
  symlinkSync(jarsFolder(distribution.name), join(cache, 'jars', distribution.name));
  mkdirSync(builtFolder(), { recursive: true });
  symlinkSync(builtFolder(), join(cache, 'built'));
  return cache;
}
