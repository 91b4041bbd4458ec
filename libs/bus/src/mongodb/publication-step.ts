import type { Checkpoint, ProcessorId } from '@varve/eventstore';

/** What a step is going to change, in one document and by one command, when its work has ended well. */
export class PublicationStep {
  readonly notes = new Map<string, unknown>();
  move: { readonly from: Checkpoint; readonly to: Omit<Checkpoint, 'token'> } | undefined;

  constructor(readonly processor: ProcessorId) {}

  /** Keeps a value beside the checkpoint, in the same document: it is there with the step, or not at all. */
  note(name: string, value: unknown): void {
    if (!/^[\w-]+$/.test(name))
      throw new TypeError(`"${name}" is no name: use letters, digits, "_" and "-".`);
    this.notes.set(name, value);
  }
}
