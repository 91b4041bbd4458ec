import { MAX_COMMIT_ID_LENGTH } from '@varve/eventstore';

/** As JSON writes it when nothing in it needs an escape. */
const TEXT = String.raw`[^"\\\u0000-\u001f]+`;
/** Of no more digits than are exact. */
const NUMBER = String.raw`[1-9]\d{0,14}`;

const ENVELOPE = new RegExp(
  String.raw`^\{"specversion":"1\.0","id":"(${TEXT})@(${NUMBER})","source":"(${TEXT})","subject":"\1","time":"([^"]{24})",` +
    String.raw`"dataschema":"urn:varve:schema:commit:1","firstversion":"\2","lastversion":"(${NUMBER})",` +
    String.raw`(?:"commitid":"([^"\\\u0000-\u001f]{1,${MAX_COMMIT_ID_LENGTH}})",)?(?:"position":"(${NUMBER})",)?` +
    String.raw`(?:"traceparent":"(${TEXT})",)?(?:"tenant":"(${TEXT})",)?` +
    String.raw`"type":"varve\.commit","datacontenttype":"application/json","data":`,
);

/** All of the envelope, then its stream, first version, source, time, last version, commit id, position, traceparent and tenant. */
export type Envelope = readonly [string, string, string, string, string, string, ...(string | undefined)[]];

/**
 * The envelope of a commit in the very words in which this library writes one; behind it stand the value of `data` and a brace. Nothing for any
 * other text, which may be a commit all the same. To parse an envelope takes as long as to parse a small commit's events, and to check its
 * attributes one by one half as long again; nearly all of it is the same in each message, and is only compared here.
 */
export function envelopeOf(text: string): Envelope | null {
  return ENVELOPE.exec(text) as Envelope | null;
}
