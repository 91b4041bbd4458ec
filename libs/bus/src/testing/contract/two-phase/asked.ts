import type { Message } from '../../../message/message.js';
import type { CheckBackAnswer } from '../../../transport/two-phase-bus.js';

/** Answers check-backs and remembers what it was asked. */
export class Asked {
  readonly messages: Message[] = [];

  /** `answer` is given the message's id and how often it was asked about, this time included; what it throws is thrown. */
  constructor(private readonly answer: (id: string, times: number) => CheckBackAnswer) {}

  times(id: string): number {
    return this.messages.filter(({ event }) => event.id === id).length;
  }

  readonly checkBack = async (message: Message): Promise<CheckBackAnswer> => {
    this.messages.push(message);
    const { id } = message.event;
    return this.answer(id, this.times(id));
  };
}
