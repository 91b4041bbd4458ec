/** MongoDB's wire protocol, as far as a proxy has to understand it: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
import { BSON, type Document } from 'mongodb';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** Length, request id, the request that it answers, kind: 32 bits each, little-endian. */
const HEADER = 16;
/** Flags, and the kind of the first section, which is the body. */
const MSG_BODY = HEADER + 5;
/** Flags, cursor, first document, number of documents. */
const REPLY_BODY = HEADER + 20;
const MOST_BYTES = 64 * 1024 * 1024;

const typed = { promoteValues: false } satisfies BSON.DeserializeOptions;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

/** A command with all of its parts, whether they were sent in one section or in several. */
export interface WireCommand {
  /** The first key, such as `insert`. */
  readonly name: string;
  readonly body: Document;
}

/** Whole messages, out of the pieces in which they come. */
export class MessageReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Of the message that is coming, as soon as it has said so. */
  #wanted = HEADER;

  read(piece: Buffer): readonly Buffer[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const messages: Buffer[] = [];
    while (this.#bytes >= this.#wanted) {
      const received = Buffer.concat(this.#pieces);
      const length = received.readUInt32LE(0);
      if (length < HEADER || length > MOST_BYTES) throw new Error(`That is no message: ${length} bytes.`);
      if (received.length >= length) messages.push(received.subarray(0, length));
      this.#keep(received.length >= length ? received.subarray(length) : received);
    }
    return messages;
  }

  #keep(left: Buffer): void {
    this.#pieces = [left];
    this.#bytes = left.length;
    this.#wanted = left.length >= HEADER ? Math.max(HEADER, left.readUInt32LE(0)) : HEADER;
  }
}

export function idOf(message: Buffer): number {
  return message.readInt32LE(4);
}

/** The id of the request that `message` answers. */
export function answeredBy(message: Buffer): number {
  return message.readInt32LE(8);
}

/** Whether the sender waits for no answer, or sends several. */
export function hasMoreToCome(message: Buffer): boolean {
  return kindOf(message) === OP_MSG && (message.readUInt32LE(HEADER) & MORE_TO_COME) !== 0;
}

/** @throws Error for what is compressed, or older than MongoDB 3.6 */
export function commandOf(message: Buffer): WireCommand {
  const body = kindOf(message) === OP_QUERY ? queryOf(message) : bodyOfMsg(message);
  const [name = ''] = Object.keys(body);
  return { name, body };
}

/** With numbers and bytes as the driver's own classes, so that they keep their types when they are encoded again. */
export function replyOf(message: Buffer): Document {
  return kindOf(message) === OP_REPLY
    ? BSON.deserialize(documentAt(message, REPLY_BODY), typed)
    : bodyOfMsg(message, typed);
}

/** The same command with only those of its keys that `keeps` lets through. */
export function withKeys(message: Buffer, keeps: (key: string) => boolean): Buffer {
  if (kindOf(message) === OP_QUERY) return message;
  const body = Object.entries(bodyOfMsg(message, typed)).filter(([key]) => keeps(key));
  return msg(Object.fromEntries(body), idOf(message), answeredBy(message));
}

let lastId = 0x4000_0000;

/** What answers `request`, in the form that it was asked in. */
export function answerTo(request: Buffer, body: Document): Buffer {
  const id = (lastId += 1);
  return kindOf(request) === OP_QUERY ? reply(body, id, idOf(request)) : msg(body, id, idOf(request));
}

function kindOf(message: Buffer): number {
  return message.readInt32LE(12);
}

/** Of the drivers' first question alone, which has to be understood by servers of any age. */
function queryOf(message: Buffer): Document {
  const nameEnds = message.indexOf(0, HEADER + 4);
  return BSON.deserialize(documentAt(message, nameEnds + 1 + 8));
}

function bodyOfMsg(message: Buffer, options?: BSON.DeserializeOptions): Document {
  if (kindOf(message) !== OP_MSG) throw new Error(`Messages of kind ${kindOf(message)} are not understood.`);
  const hasChecksum = (message.readUInt32LE(HEADER) & CHECKSUM_PRESENT) !== 0;
  const end = message.length - (hasChecksum ? 4 : 0);
  let body: Document = {};
  const sequences: Document = {};
  for (let at = HEADER + 4; at < end; at += 1 + message.readInt32LE(at + 1)) {
    if (message[at] === 0) body = BSON.deserialize(documentAt(message, at + 1), options);
    else Object.assign(sequences, sequenceAt(message, at + 1, options));
  }
  return { ...body, ...sequences };
}

/** Documents of one key that were sent beside the body. */
function sequenceAt(message: Buffer, start: number, options?: BSON.DeserializeOptions): Document {
  const end = start + message.readInt32LE(start);
  const nameEnds = message.indexOf(0, start + 4);
  const documents: Document[] = [];
  for (let at = nameEnds + 1; at < end; at += message.readInt32LE(at)) {
    documents.push(BSON.deserialize(documentAt(message, at), options));
  }
  return { [message.toString('utf8', start + 4, nameEnds)]: documents };
}

function documentAt(message: Buffer, start: number): Buffer {
  return message.subarray(start, start + message.readInt32LE(start));
}

function msg(body: Document, id: number, answers: number): Buffer {
  const bytes = BSON.serialize(body, { ignoreUndefined: true });
  const message = Buffer.alloc(MSG_BODY + bytes.length);
  writeHeader(message, OP_MSG, id, answers);
  message.set(bytes, MSG_BODY);
  return message;
}

function reply(body: Document, id: number, answers: number): Buffer {
  const bytes = BSON.serialize(body, { ignoreUndefined: true });
  const message = Buffer.alloc(REPLY_BODY + bytes.length);
  writeHeader(message, OP_REPLY, id, answers);
  message.writeInt32LE(1, REPLY_BODY - 4);
  message.set(bytes, REPLY_BODY);
  return message;
}

function writeHeader(message: Buffer, kind: number, id: number, answers: number): void {
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(id, 4);
  message.writeInt32LE(answers, 8);
  message.writeInt32LE(kind, 12);
}
