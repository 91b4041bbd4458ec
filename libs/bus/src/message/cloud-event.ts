/** A CloudEvents 1.0 event: the attributes of the specification, and extensions (lower-case letters and digits). */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  /** Unique within `source`: both together tell a duplicate. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: Data;
  readonly [extension: string]: unknown;
}
