import type { Collection, Db, Document } from 'mongodb';

/** By default the driver (7.9) looks into `{}`, finds `toString` and `constructor` there, and gives back arrays of these names as raw bytes. */
export function rawFields(fields: Document = {}): Document {
  return Object.assign(Object.create(null) as Document, fields);
}

/** The driver's own collection, which reads values as the client says. */
export function rowCollection<Row extends Document = Document>(
  database: Db,
  physicalName: string,
): Collection<Row> {
  const { fieldsAsRaw } = database.bsonOptions;
  return database.collection<Row>(physicalName, { fieldsAsRaw: rawFields(fieldsAsRaw) });
}
