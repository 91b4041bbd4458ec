import type { LogReader, Position, ReadAllOptions, ReadStreamOptions, StreamName } from '@varve/eventstore';
import { toWireCommit, toWireHeader, toWireStreamEvent } from '../../sequencing/log-wire.js';

/** A page ends behind the commit or event that reaches this. */
const MANY_CHARACTERS = 4 * 1024 * 1024;
const MOST_EVENTS = 1_000;

/** Answers as text, since whatever stands between an object and the wire in an app could change it. */
export class LogPages {
  constructor(private readonly log: LogReader) {}

  async head(): Promise<string> {
    return JSON.stringify({ head: await this.log.head(), logId: this.log.logId });
  }

  async commits(after: Position, options: ReadAllOptions): Promise<string> {
    for await (const { commits, upTo } of this.log.readAll(after, options)) {
      const page = new Page();
      let end = after;
      for (const commit of commits) {
        page.add(toWireCommit(commit));
        end = commit.position;
        if (page.isFull) break;
      }
      const isWhole = page.count === commits.length;
      return `${this.#begin()},"upTo":${isWhole ? upTo : end},"commits":${page.text}}`;
    }
    return `${this.#begin()},"upTo":${after},"commits":[]}`;
  }

  async commitAt(position: Position): Promise<string> {
    const commit = await this.log.commitAt(position);
    return `${this.#begin()},"commit":${commit ? JSON.stringify(toWireHeader(commit)) : 'null'}}`;
  }

  async stream(stream: StreamName, options: ReadStreamOptions): Promise<string> {
    const page = new Page();
    const limit = Math.min(options.limit ?? MOST_EVENTS, MOST_EVENTS);
    for await (const event of this.log.readStream(stream, { ...options, limit })) {
      page.add(toWireStreamEvent(event));
      if (page.isFull) break;
    }
    const more = page.isFull || page.count === limit;
    return `${this.#begin()},"more":${more},"events":${page.text}}`;
  }

  #begin(): string {
    return `{"logId":${JSON.stringify(this.log.logId)}`;
  }
}

class Page {
  readonly #texts: string[] = [];
  #characters = 0;

  get count(): number {
    return this.#texts.length;
  }

  get isFull(): boolean {
    return this.#characters >= MANY_CHARACTERS;
  }

  get text(): string {
    return `[${this.#texts.join(',')}]`;
  }

  add(item: unknown): void {
    const text = JSON.stringify(item);
    this.#texts.push(text);
    this.#characters += text.length;
  }
}
