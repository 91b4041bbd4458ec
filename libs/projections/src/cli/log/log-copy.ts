import {
  copyLog,
  isEventStoreError,
  movedBefore,
  type CopyProgress,
  type CopyResult,
  type LogSeal,
} from '@varve/eventstore';
import { fillNamedLog, openNamedLog, type NamedLog } from '../named-stores.js';
import { UsageError } from '../target.js';
import { answer, EXIT, opened, type CliIo, type ExitCode } from '../terminal/io.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { printable } from '../terminal/render.js';

export interface LogCopyOptions {
  readonly from: string;
  readonly to: string;
  /** Seals the source, and gives its id to the copy. */
  readonly move?: boolean;
  readonly json: boolean;
}

/** Copies a log from SQLite or MongoDB to SQLite or MongoDB, or moves it there. The same command goes on after whatever has stopped it. */
export async function logCopy(options: LogCopyOptions, io: CliIo): Promise<ExitCode> {
  const source = await opened(io, openNamedLog(options.from));
  try {
    const seal = options.move ? await source.findSeal() : undefined;
    const moved = seal && (await opened(io, findMoved(options.to, source, seal)));
    if (moved && moved !== 'unfinished') {
      answer(io, options.json, { ...moved, alreadyMoved: true }, describeMoved(moved, 'was moved before'));
      return EXIT.ok;
    }
    return await copy(source, options, io);
  } catch (error) {
    if (options.move && isWorthRepeating(error) && (await isSealed(source)))
      io.error(goOnBehindSeal(source.location));
    throw error;
  } finally {
    await source.close();
  }
}

async function copy(source: NamedLog, { to, move, json }: LogCopyOptions, io: CliIo): Promise<ExitCode> {
  const { logId, location: from } = source;
  const target = await opened(io, fillNamedLog(to, { logId, location: from }));
  const line = new ProgressLine(io, json);
  try {
    const result = await copyLog(source, target, {
      as: move ? 'move' : 'copy',
      signal: io.signal,
      onProgress: (progress) => line.show(describeProgress(progress)),
    });
    line.end();
    const copied = { from, to: target.location, source: logId, ...result };
    const text = result.seal ? describeMoved(copied, 'is moved') : describeCopied(copied);
    answer(io, json, copied, text);
    return EXIT.ok;
  } catch (error) {
    line.end();
    if (!io.signal.aborted) throw error;
    const kept = (await target.head()).toLocaleString('en-US');
    io.error(`Interrupted: ${kept} commits are copied. Run the same command again to go on.`);
    if (move && (await isSealed(source))) io.error(goOnBehindSeal(from));
    return EXIT.interrupted;
  } finally {
    await target.close();
  }
}

type Unfinished = 'unfinished';
type Copied = Omit<CopyResult, 'seal'> & { readonly from: string; readonly to: string };

/**
 * What a move has made that was finished before this command began.
 *
 * @throws InvalidOptionsError it was finished, and what it has made is not there; nothing was begun in its place
 */
async function findMoved(to: string, source: NamedLog, seal: LogSeal): Promise<Copied | Unfinished> {
  const target = await openNamedLog(to).catch((error: unknown): Unfinished | undefined => {
    if (isEventStoreError(error, 'log-incomplete')) return 'unfinished';
    if (isEventStoreError(error, 'invalid-options')) return undefined;
    throw error;
  });
  if (target === 'unfinished') return target;
  if (!target) return unfinished(source, seal);
  try {
    if (target.logId !== source.logId || target.location !== seal.movedTo) return unfinished(source, seal);
    const fences = await countOf(source.readFences());
    return {
      logId: source.logId,
      commits: seal.position,
      fences,
      from: source.location,
      to: target.location,
    };
  } finally {
    await target.close();
  }
}

function unfinished({ location }: NamedLog, seal: LogSeal): Unfinished {
  if (seal.handedTo !== undefined) throw movedBefore(location, seal);
  return 'unfinished';
}

/** What is wrong with the arguments or the logs says what to do about it, and is wrong the next time as well. */
function isWorthRepeating(error: unknown): boolean {
  return isEventStoreError(error) ? error.retryable : !(error instanceof UsageError);
}

async function isSealed(source: NamedLog): Promise<boolean> {
  return (await source.findSeal().catch(() => undefined)) !== undefined;
}

async function countOf(pages: AsyncIterable<readonly unknown[]>): Promise<number> {
  let count = 0;
  for await (const page of pages) count += page.length;
  return count;
}

function describeProgress({ phase, position, head }: CopyProgress) {
  const share = head === 0 ? 1 : Math.min(1, position / head);
  const figures = [position, head].map((figure) => figure.toLocaleString('en-US'));
  return { phase, share, text: `${phase} ${Math.floor(share * 100)}% (${figures[0]} of ${figures[1]})` };
}

function describeMoved({ logId, from, to, commits, fences }: Copied, what: string): string {
  return [
    `Log ${logId} ${what} from ${printable(from)} to ${printable(to)}: ${countsOf(commits, fences)}.`,
    'The old log is sealed and can only be read. Point every app at the new one and restart it; projections go on where they are.',
    'Snapshots were left behind: they are made again.',
  ].join('\n');
}

function describeCopied({
  logId,
  source,
  from,
  to,
  commits,
  fences,
}: Copied & { readonly source: string }): string {
  return [
    `Log ${source} is copied from ${printable(from)} to ${printable(to)}: ${countsOf(commits, fences)}. The copy is log ${logId}.`,
    'It is another log: projections of the old one refuse it, and are built anew from it. Snapshots were left behind.',
  ].join('\n');
}

function countsOf(commits: number, fences: number): string {
  return `${counted(commits, 'commit')} and ${counted(fences, 'fence')}, compared one by one`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

function goOnBehindSeal(location: string): string {
  return `The log ${printable(location)} is sealed already, and its copy is not released: apps can write to neither of them. Run the same command again to finish the move.`;
}
