import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryFolder } from '../support/temp-dir.ts';
import { archivesFolder, builtFolder, jarsFolder } from './folders.ts';
import type { Distribution } from './jars/distributions.ts';
import { fetchJars } from './jars/fetch-jars.ts';

/** A cache that has the jars, whatever has been made of them and of sources, and else nothing; gone after the test. */
export async function temporaryCache(...distributions: readonly Distribution[]): Promise<string> {
  const cache = temporaryFolder();
  mkdirSync(join(cache, 'jars'));
  for (const distribution of distributions) {
    await fetchJars(distribution);
    symlinkSync(jarsFolder(distribution.name), join(cache, 'jars', distribution.name));
  }
  for (const folder of [builtFolder(), archivesFolder()]) {
    mkdirSync(folder, { recursive: true });
    symlinkSync(folder, join(cache, basename(folder)));
  }
  return cache;
}
