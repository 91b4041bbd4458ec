import process from 'node:process';
import { EXIT, OutputClosed, type CliIo } from './io.js';

/** How long a command may take to stop, in milliseconds: a server that has fallen silent would keep it for minutes. */
const LONGEST_STOP = 5_000;

/**
 * The terminal of this process. The first Ctrl-C asks to stop, the second one stops, and so does the first while something is being opened, or
 * where the stopping takes too long. What a command does may be cut off anywhere: it goes on when it is run again.
 */
export function processIo(): { readonly io: CliIo; readonly dispose: () => void } {
  const { stdout, stderr } = process;
  const stopping = new AbortController();
  let opening = 0;
  const end = (): never => process.exit(EXIT.interrupted);
  const onInterrupt = (): void => {
    stopping.abort(new Error('interrupted'));
    if (opening > 0) end();
    setTimeout(end, LONGEST_STOP).unref();
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  // A reader that has seen enough closes the pipe; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stopping.abort(new OutputClosed());
  });
  // Whoever reads the errors may have seen enough of them, too; the exit code says the rest.
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const io: CliIo = {
    out: (text) => void stdout.write(`${text}\n`),
    rewrite: (text) => void stdout.write(`\r\u001b[2K${text}`),
    error: (text) => void stderr.write(`${text}\n`),
    get columns() {
      return stdout.isTTY ? stdout.columns : undefined;
    },
    signal: stopping.signal,
    opening: async (one) => {
      opening += 1;
      try {
        return await one;
      } finally {
        opening -= 1;
      }
    },
  };
  const dispose = (): void => {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onInterrupt);
  };
  return { io, dispose };
}
