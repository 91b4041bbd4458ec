import type { Random } from '../../../../../test/support/random.js';

/** A process that may die: its calls that are under way never come back, and whatever they were to do is not done. */
export class Mortal {
  isDead = false;
}

interface Pending {
  readonly of: Mortal;
  readonly go: () => void;
}

/** Decides which of the calls that wait is the next to be made, or to be answered. */
export class Fates {
  #pending: Pending[] = [];
  /** From the end of the story on nobody waits any more. */
  areDone = false;

  constructor(private readonly random: Random) {}

  get waiting(): number {
    return this.#pending.length;
  }

  /** Lets one of the waiting go, any of them. */
  next(): void {
    this.#pending = this.#pending.filter(({ of }) => !of.isDead);
    const index = this.random.below(this.#pending.length);
    this.#pending.splice(index, 1)[0]?.go();
  }

  finish(): void {
    this.areDone = true;
    for (const { of, go } of this.#pending.splice(0)) if (!of.isDead) go();
  }

  /** A port whose calls of these methods wait before they are made, and before they are answered. */
  rule<T extends object>(port: T, of: Mortal, methods: readonly (keyof T)[]): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (!methods.includes(key as keyof T)) return call;
        return (...args: unknown[]) => this.call(of, () => call(...args));
      },
    });
  }

  async call<T>(of: Mortal, work: () => T): Promise<Awaited<T>> {
    await this.#wait(of);
    let answer: { readonly value: Awaited<T> } | { readonly error: unknown };
    try {
      answer = { value: await work() };
    } catch (error) {
      answer = { error };
    }
    await this.#wait(of);
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  #wait(of: Mortal): Promise<void> {
    return new Promise((resolve) => {
      if (of.isDead) return;
      if (this.areDone) resolve();
      else this.#pending.push({ of, go: resolve });
    });
  }
}
