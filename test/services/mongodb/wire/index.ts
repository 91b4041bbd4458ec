export { type WireCommand } from './messages.ts';
export { type Trap, type WireFault, type WireSelector } from './trap.ts';
export { WireProxy, type WireProxyOptions } from './wire-proxy.ts';
