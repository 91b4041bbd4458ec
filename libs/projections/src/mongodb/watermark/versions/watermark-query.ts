import type {
  AggregateOptions,
  AggregationCursor,
  Collection,
  Document,
  Filter,
  FindCursor,
  FindOptions,
  WithId,
} from 'mongodb';
import type { VersionId } from '../../../index.js';
import type { OwnCollections } from '../../connection/own-collections.js';
import { physicalName, physicalPrefix } from '../../versions/names.js';
import { NOT_DELETED, storedRows } from '../rows/stored-row.js';

/** Reads the live version's rows. Those of one commit may be seen one after the other, and never an older one after a newer. */
export class WatermarkQuery {
  readonly #own: OwnCollections;
  readonly #prefix: string;

  /** Made by `MongoWatermarkReadModels.query`. */
  constructor(
    /** Which version is read: during a deploy, instances of the old code read the new version once it is live. */
    readonly version: VersionId,
    own: OwnCollections,
  ) {
    this.#own = own;
    this.#prefix = physicalPrefix(own.prefix, version);
  }

  collection<Row extends Document = Document>(name: string): WatermarkRows<Row> {
    const stored: unknown = storedRows(this.#own, this.physicalName(name));
    return new WatermarkRows(stored as Collection<Row>);
  }

  /** The name of a collection in the database. What is read there by other means, `$lookup` too, shows deleted rows: they have a field `_deleted`. */
  physicalName(name: string): string {
    return physicalName(name, this.#prefix);
  }
}

const WITHOUT_POSITION = { projection: { _position: 0 } } as const;
/** What a reader does between two rows does not count. */
const BY_BATCH = { timeoutMode: 'iteration' } as const;

/** The reading methods of the driver's collection, without the rows that were deleted. */
export class WatermarkRows<Row extends Document> {
  constructor(private readonly stored: Collection<Row>) {}

  /** Rows have no `_position`, unless `projection` names it: the last commit that has changed them. */
  find(filter: Filter<Row> = {}, options: FindOptions = {}): FindCursor<WithId<Row>> {
    return this.stored.find(notDeleted(filter), { ...BY_BATCH, ...WITHOUT_POSITION, ...options });
  }

  findOne(filter: Filter<Row> = {}, options: FindOptions = {}): Promise<WithId<Row> | null> {
    return this.find(filter, options).limit(1).next();
  }

  countDocuments(filter: Filter<Row> = {}): Promise<number> {
    return this.stored.countDocuments(notDeleted(filter));
  }

  distinct(field: string, filter: Filter<Row> = {}): Promise<unknown[]> {
    return this.stored.distinct(field, notDeleted(filter));
  }

  aggregate<Result extends Document = Document>(
    pipeline: readonly Document[],
    options: AggregateOptions = {},
  ): AggregationCursor<Result> {
    return this.stored.aggregate<Result>([{ $match: NOT_DELETED }, ...pipeline], { ...BY_BATCH, ...options });
  }
}

function notDeleted<Row>(filter: Filter<Row>): Filter<Row> {
  return { $and: [NOT_DELETED, filter] } as Filter<Row>;
}
