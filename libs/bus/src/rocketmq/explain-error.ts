import { BrokerRefusedError, type BusError } from '../transport/errors.js';
import { certificateProblem } from './certificate-probe.js';
import { faultOf } from './error-codes.js';
import type { RocketMqSettings } from './options.js';
import { translateError, type Doing } from './translate-error.js';

/** As `translateError`, and asks what is wrong with the certificate when nothing can be reached. */
export async function explainError(
  error: unknown,
  doing: Doing,
  settings: RocketMqSettings,
): Promise<BusError> {
  const translated = translateError(error, doing);
  if (translated.code !== 'broker-unavailable' || faultOf(error) !== 'unreachable') return translated;
  const problem = await certificateProblem(settings);
  if (!problem) return translated;
  return new BrokerRefusedError(
    'certificate',
    `RocketMQ at ${settings.endpoints} cannot be trusted: ${problem.message}. Give its authority as "tls.ca"; the certificate must also cover the address that the server tells its clients (localServeAddr).`,
    { cause: problem },
  );
}
