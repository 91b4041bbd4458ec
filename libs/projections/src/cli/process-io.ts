import process from 'node:process';
import { OutputClosed, type CliIo } from './io.js';

/** The terminal of this process. The first Ctrl-C asks to stop, the second one stops. */
export function processIo(): { readonly io: CliIo; readonly dispose: () => void } {
  const { stdout, stderr } = process;
  const stopping = new AbortController();
  const onInterrupt = (): void => stopping.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  // A reader that has seen enough closes the pipe; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stopping.abort(new OutputClosed());
  });
  const io: CliIo = {
    out: (text) => void stdout.write(`${text}\n`),
    rewrite: (text) => void stdout.write(`\r\u001b[2K${text}`),
    error: (text) => void stderr.write(`${text}\n`),
    get columns() {
      return stdout.isTTY ? stdout.columns : undefined;
    },
    signal: stopping.signal,
  };
  const dispose = (): void => {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onInterrupt);
  };
  return { io, dispose };
}
