import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { missingDriver } from '@varve/eventstore';
import { reportUnclosed } from '@varve/eventstore/nest';
import { InvalidProjectionOptionsError } from '../projection/errors.js';
import type { ReadModels } from '../projection/read-models.js';
import type { ProjectionsOptions } from './projections-options.js';

/** Opens read models when they are asked for and closes what it has opened, after the HTTP server has drained: queries run until then. */
export class ReadModelsLifetime implements OnApplicationShutdown {
  readonly #logger = new Logger('ProjectionsModule');
  #opened: ReadModels<unknown> | undefined;

  constructor(private readonly options: ProjectionsOptions) {}

  async open(): Promise<ReadModels<unknown>> {
    const { sqlite, mongodb, readModels } = this.options;
    if (readModels && typeof readModels !== 'function') return readModels;
    if (readModels) this.#opened = await readModels();
    else if (sqlite) {
      const { SqliteReadModels } = await import('../sqlite/index.js').catch(
        missing('sqlite', 'better-sqlite3'),
      );
      this.#opened = await SqliteReadModels.open(sqlite);
    } else if (mongodb) {
      const modes = await import('../mongodb/index.js').catch(missing('mongodb', 'mongodb'));
      this.#opened =
        mongodb.mode === 'watermark'
          ? await modes.MongoWatermarkReadModels.connect(mongodb)
          : await modes.MongoReadModels.connect(mongodb);
    }
    return this.#opened as ReadModels<unknown>;
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.#opened?.close();
    } catch (error) {
      reportUnclosed(this.#logger, 'The read models', error);
    }
  }
}

function missing(option: string, driver: string): (error: unknown) => never {
  const what = `Option ${option} of ProjectionsModule`;
  return missingDriver(driver, (needs) => new InvalidProjectionOptionsError(option, `${what} ${needs}`));
}
