/** A pointer must fit into any message, and metadata have no bound. */
const TENANT = /^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]{1,256}$/u;
/** W3C Trace Context, §3.2: versions after 00 may say more at the end. */
const TRACEPARENT =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]{0,200})?$/;

/** Whether it can be an attribute: 1 to 256 of the characters that CloudEvents allows. */
export function isTenant(value: unknown): value is string {
  return typeof value === 'string' && TENANT.test(value);
}

export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && TRACEPARENT.test(value);
}
