import { z } from 'zod';

/** Which bus an app is on, in the words of `BusModule`: at most one of them. */
export interface BusConfig {
  readonly rocketmq?: { readonly endpoints: string; readonly adminAddress?: string };
  readonly kafka?: { readonly brokers: readonly string[] };
  readonly memory?: Readonly<Record<string, never>>;
  readonly topics?: { readonly prefix: string };
}

const addresses = z.string().min(1, 'must not be empty');

/** The variables behind a `BusConfig`. Without `VARVE_BUS` there is no bus. */
export const busVariables = {
  VARVE_BUS: z
    .enum(['none', 'rocketmq', 'kafka', 'memory'], 'must be rocketmq, kafka, memory or none')
    .default('none'),
  VARVE_ROCKETMQ_ENDPOINTS: addresses.default('127.0.0.1:8081'),
  VARVE_ROCKETMQ_ADMIN: addresses.optional(),
  VARVE_KAFKA_BROKERS: addresses.default('127.0.0.1:9092'),
  /** Several shops on one broker have topics and groups of their own. */
  VARVE_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/, 'must be 1 to 40 letters, digits, "-" and "_"')
    .optional(),
};

type BusVariables = z.output<z.ZodObject<typeof busVariables>>;

export function busConfigOf(variables: BusVariables): BusConfig {
  const { VARVE_BUS: bus, VARVE_TOPIC_PREFIX: prefix } = variables;
  if (bus === 'none') return {};
  return { ...brokerOf(variables), ...(prefix !== undefined && { topics: { prefix } }) };
}

function brokerOf(variables: BusVariables): BusConfig {
  switch (variables.VARVE_BUS) {
    case 'none':
      return {};
    case 'memory':
      return { memory: {} };
    case 'kafka':
      return { kafka: { brokers: variables.VARVE_KAFKA_BROKERS.split(',').map((broker) => broker.trim()) } };
    case 'rocketmq': {
      const { VARVE_ROCKETMQ_ENDPOINTS: endpoints, VARVE_ROCKETMQ_ADMIN: adminAddress } = variables;
      return { rocketmq: { endpoints, ...(adminAddress !== undefined && { adminAddress }) } };
    }
  }
}
