import { spawnCommand, type Command } from './command.ts';

/** Who starts a server's processes, and so whose life they share. */
export interface Launcher {
  /** Gives the id of the new process. */
  launch(command: Command): Promise<number>;
  /** Of a server that is gone: takes away what was kept for it. */
  release(): Promise<void>;
}

/** Processes that outlive this one: those of `npm run services -- up`, until `down`. */
export const detachedLauncher: Launcher = {
  async launch(command) {
    const child = spawnCommand(command);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        child.unref();
        resolve(child.pid!);
      });
    });
  },
  async release() {
    return Promise.resolve();
  },
};
