export * from './commands/carry-out.js';
export * from './commands/command-message.js';
export * from './commands/command-sender.js';
export * from './commands/command.js';
export * from './commands/turns.js';
export * from './message/cloud-event.js';
export * from './message/commit-message.js';
export * from './message/decode-wire.js';
export * from './message/encode-wire.js';
export * from './message/errors.js';
export * from './message/make-commit-message.js';
export * from './message/message.js';
export * from './message/read-commit-message.js';
export * from './message/size-of.js';
export * from './message/topic-naming.js';
export * from './message/wire-binding.js';
export * from './message/wire-message.js';
export * from './publication/two-phase/answer-check-back.js';
export * from './publication/instances/instance-report.js';
export * from './publication/instances/instance-reporter.js';
export * from './publication/publication-events.js';
export * from './publication/instances/publication-report.js';
export * from './publication/publication-store.js';
export * from './publication/relay/relay-id.js';
export * from './publication/relay/relay.js';
export * from './publication/two-phase/two-phase-publisher.js';
export * from './transport/bus-notice.js';
export * from './transport/classify-error.js';
export * from './transport/dead-letter-page.js';
export * from './transport/dead-letters.js';
export * from './transport/delivering.js';
export * from './transport/emulated-dead-letter.js';
export * from './transport/errors.js';
export * from './transport/keep-subscribed.js';
export * from './transport/message-bus.js';
export * from './transport/retry-policy.js';
export * from './transport/settle.js';
export * from './transport/subscription-settings.js';
export * from './transport/subscription.js';
export * from './transport/topology.js';
export * from './transport/two-phase-bus.js';
export {
  CommandAnswers,
  commandRefused,
  type Asked,
  type CommandAnswer,
  type CommandAnswersOptions,
  type Refusal,
} from './commands/command-answers.js';
export type { WhenUnreachable } from './publication/two-phase/preparing.js';
export { twoPhaseEventStore } from './publication/two-phase/two-phase-event-store.js';
export { type PublicationMode, type PublicationOptions } from './publication/publication-plan.js';
export { readStretch, type Gap } from './sequencing/read-stretch.js';
export { Sequencer } from './sequencing/sequencer.js';
export type { SequencerOptions } from './sequencing/sequencer-options.js';
export { HttpLogReader } from './sequencing/http-log-reader.js';
export type { HttpLogReaderOptions } from './sequencing/http-log-options.js';
