import { MessageRejectedError } from '../../transport/errors.js';
import type { WireMessage } from '../../message/wire-message.js';
import type { OutgoingRecord } from '../driver/kafka-driver.js';
import { nextStep } from './delay-steps.js';

const TOPIC = 'varve-delay-topic';
const KEY = 'varve-delay-key';
/** Both in milliseconds since 1970, by the publisher's or the forwarder's clock. */
const DUE = 'varve-delay-due';
const STEP_DUE = 'varve-delay-step-due';

export interface DelayedRecord {
  readonly due: number;
  readonly stepDue: number;
  /** What is to be published in the end. */
  readonly record: OutgoingRecord;
}

/** The record itself when it is due, or else one on its way to that. */
export function onItsWay(prefix: string, record: OutgoingRecord, due: number, now: number): OutgoingRecord {
  const step = nextStep(prefix, due - now);
  if (step === undefined) return record;
  const { topic, key, headers, value } = record;
  const facts = {
    [TOPIC]: topic,
    [DUE]: String(due),
    [STEP_DUE]: String(now + step.wait),
    ...(key === undefined ? {} : { [KEY]: key }),
  };
  return {
    topic: step.topic,
    value,
    headers: { ...headers, ...facts },
    ...(key === undefined ? {} : { key }),
  };
}

/** @throws MessageRejectedError for what somebody else has put there */
export function readDelayed({ headers, body }: WireMessage): DelayedRecord {
  const { [TOPIC]: topic, [KEY]: key, [DUE]: due, [STEP_DUE]: stepDue, ...others } = headers;
  if (topic === undefined || !isTime(due) || !isTime(stepDue)) {
    throw new MessageRejectedError(
      'The message is no delayed message: it does not say when it is due, or where.',
    );
  }
  const record = { topic, value: body, headers: others, ...(key === undefined ? {} : { key }) };
  return { due: Number(due), stepDue: Number(stepDue), record };
}

function isTime(text: string | undefined): boolean {
  return text !== undefined && Number.isSafeInteger(Number(text));
}
