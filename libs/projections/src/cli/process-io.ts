import process from 'node:process';
import type { CliIo } from './io.js';

/** The terminal of this process. The first Ctrl-C asks to stop, the second one stops. */
export function processIo(): { readonly io: CliIo; readonly dispose: () => void } {
  const interrupted = new AbortController();
  const onInterrupt = (): void => interrupted.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  // A reader that has seen enough (`varve log tail | head`) closes the pipe; that is no failure.
  process.stdout.on('error', onBrokenPipe);
  const io = {
    out: (text: string): void => void process.stdout.write(`${text}\n`),
    rewrite: (text: string): void => void process.stdout.write(`\r\u001b[2K${text}`),
    error: (text: string): void => void process.stderr.write(`${text}\n`),
    isTerminal: process.stdout.isTTY,
    signal: interrupted.signal,
  };
  const dispose = (): void => {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onInterrupt);
  };
  return { io, dispose };
}

function onBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}
