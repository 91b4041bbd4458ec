import type { WireMessage } from '../message/wire-message.js';
import type { DeadLetter, DeadLetters } from '../transport/dead-letters.js';
import {
  deadLetterFrom,
  errorCodeOf,
  reasonOf,
  type DeadLetterFacts,
} from '../transport/emulated-dead-letter.js';
import { deadLetterPage, type DeadLetterPage } from '../transport/dead-letter-page.js';
import type { MemoryBroker } from './memory-broker.js';

/** What a group of the in-process broker has given up on. */
export class MemoryDeadLetters implements DeadLetters {
  readonly #letters = new Map<string, DeadLetter>();
  #count = 0;

  constructor(private readonly broker: MemoryBroker) {}

  add(wire: WireMessage, facts: Omit<DeadLetterFacts, 'at'>): void {
    this.#count += 1;
    const id = String(this.#count).padStart(12, '0');
    const { group, attempts } = facts;
    const at = new Date(this.broker.now());
    const known = { id, group, attempts, at, reason: reasonOf(facts), errorCode: errorCodeOf(facts.error) };
    this.#letters.set(id, deadLetterFrom(wire, known));
  }

  async list(page?: DeadLetterPage): Promise<readonly DeadLetter[]> {
    this.broker.assertUp();
    const { after, limit } = deadLetterPage(page);
    const letters = [...this.#letters.values()];
    return letters.filter(({ id }) => after === undefined || id > after).slice(0, limit);
  }

  async find(id: string): Promise<DeadLetter | undefined> {
    this.broker.assertUp();
    return this.#letters.get(id);
  }

  async retry(id: string): Promise<boolean> {
    this.broker.assertUp();
    const letter = this.#letters.get(id);
    if (!letter) return false;
    this.broker.store(letter.raw);
    return this.#letters.delete(id);
  }

  async discard(id: string): Promise<boolean> {
    this.broker.assertUp();
    return this.#letters.delete(id);
  }
}
