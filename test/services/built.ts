import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder } from './folders.ts';
import { withLock } from './lock.ts';

/**
 * The folder with what `build` makes of the files in `sources`: made once for each content of them, and whole or not there at all, since it
 * gets its name when it is finished.
 */
export async function builtOnce(
  name: string,
  sources: string,
  build: (into: string) => Promise<void>,
): Promise<string> {
  const folder = join(builtFolder(), `${name}-${contentOf(sources)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(builtFolder(), { recursive: true });
  await withLock(join(builtFolder(), `${name}.lock`), async () => {
    if (existsSync(folder)) return;
    const unfinished = mkdtempSync(`${folder}-`);
    try {
      await build(unfinished);
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  });
  return folder;
}

function contentOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
