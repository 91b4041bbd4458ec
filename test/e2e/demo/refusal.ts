/** What was asked for makes no sense, or cannot be had: said in one line, without a stack. */
export class Refusal extends Error {
  /** 2: the arguments make no sense. 1: what they name cannot be used. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
