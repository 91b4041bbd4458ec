import type { JsonValue, RecordedEvent } from '../log/event.js';

/** What an upcaster makes: the schema version is said, since later upcasters go on from there. */
export interface UpcastEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
}

/** `Data` is what the stored version holds. */
export interface DataUpcaster<Data = never> {
  readonly kind: 'upcast';
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly upcast: (data: Data, event: RecordedEvent) => unknown;
}

/** Made by `rename`: events stored as `type` are read as `to`. */
export interface Rename {
  readonly kind: 'rename';
  readonly type: string;
  readonly to: string;
}

/** Made by `split`: an event stored as `type` is read as several, of the types `into`. */
export interface Split<Data = never> {
  readonly kind: 'split';
  readonly type: string;
  readonly from: number;
  readonly into: readonly string[];
  readonly split: (data: Data, event: RecordedEvent) => readonly UpcastEvent[];
}

/** Turns what older code has stored into what this code knows, while it is read; the log stays as it is. Pure functions. */
export type Upcaster = DataUpcaster | Rename | Split;

/** New data for an old shape: `upcast('order.paid', { from: 1, to: 2 }, (data) => ({ …data, currency: 'BRL' }))`. */
export function upcast<Data = Readonly<Record<string, JsonValue>>>(
  type: string,
  versions: { readonly from: number; readonly to: number },
  change: (data: Data, event: RecordedEvent) => unknown,
): DataUpcaster<NoInfer<Data>> {
  return { kind: 'upcast', type, ...versions, upcast: change };
}

/** An old name of a type. Versions count on: version 2 of the old name is version 2 of the new one. */
export function rename(type: string, to: string): Upcaster {
  return { kind: 'rename', type, to };
}

/**
 * One stored event that has become several, or none. `into` names the types that can come out, so that a reader who asks for one of them
 * is given the stored type too.
 */
export function split<Data = Readonly<Record<string, JsonValue>>>(
  type: string,
  versions: { readonly from: number; readonly into: readonly string[] },
  change: (data: Data, event: RecordedEvent) => readonly UpcastEvent[],
): Split<NoInfer<Data>> {
  return { kind: 'split', type, ...versions, split: change };
}
