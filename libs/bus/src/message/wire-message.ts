/** A message as a broker hands it over, before anybody knows whether it is one of ours. */
export interface WireMessage {
  readonly topic: string;
  readonly key?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
