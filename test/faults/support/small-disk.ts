import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterTest } from '../../support/after-test.ts';
import { temporaryFolder } from '../../support/temp-dir.js';

/** A file system of its own that can be filled to the last byte. Gone after the test. */
export class SmallDisk {
  readonly folder = temporaryFolder();

  constructor(megabytes = 64) {
    mount(this.folder, megabytes);
    afterTest(() => execFileSync('umount', ['--lazy', this.folder]));
  }

  /** Until not one more byte can be written. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    for (let bytes = 1 << 20; bytes >= 1;) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch {
        bytes >>= 1;
      }
    }
    closeSync(file);
  }

  makeRoom(): void {
    rmSync(this.#ballast);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

function mount(folder: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
}

/** Only root may mount. Elsewhere what happens on a full disk is tested with a limit on pages and on file sizes. */
export const canMount = ((): boolean => {
  const folder = temporaryFolder();
  try {
    mount(folder, 1);
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
})();
