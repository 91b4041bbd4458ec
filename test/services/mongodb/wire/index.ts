export { type WireCommand } from './messages.ts';
export { unconfirmed, type Trap, type WireFault, type WireSelector } from './trap.ts';
export { WireProxy, type WireProxyOptions } from './wire-proxy.ts';
