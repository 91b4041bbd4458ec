import type { AppendResult } from '../../log/commit.js';
import { StreamClosedError } from '../../log/errors.js';
import type { AppendOptions } from '../../log/event-store.js';
import { STREAM_CLOSED } from '../../log/event.js';
import { meets, type ExpectedVersion } from '../../log/expected-version.js';
import type { StreamName } from '../../log/stream-name.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { findFirstResult, write, type AppendRequest } from '../memory/append.js';
import { brokenStore } from './broken-twin.js';

/** Judges as the real one does, except for closed streams. */
function judge(store: InMemoryEventStore, request: AppendRequest): AppendResult | undefined {
  const { stream, expected } = request;
  const actual = store.log.versionOf(stream);
  const first = findFirstResult(store.log, request);
  if (first) return first;
  return meets(expected, actual) ? undefined : { ok: false, conflict: { stream, expected, actual } };
}

class AppendsToAClosedStream extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult {
    return judge(this, request) ?? write(this.log, request);
  }
}

class JudgesTheVersionBeforeTheClosing extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    return judge(this, request) ?? super.commit(request);
  }
}

class ClosesForRetriesToo extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const { stream } = request;
    if (this.log.isClosed(stream)) throw new StreamClosedError(stream, this.log.versionOf(stream));
    return super.commit(request);
  }
}

class ClosesAtAnyVersion extends InMemoryEventStore {
  override closeStream(
    stream: StreamName,
    _expected: ExpectedVersion,
    options?: AppendOptions,
  ): Promise<AppendResult> {
    return super.closeStream(stream, 'any', options);
  }
}

class RemembersOnlyItsOwnClosings extends InMemoryEventStore {
  readonly #closed = new Set<StreamName>();

  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    if (request.events[0]?.type === STREAM_CLOSED) this.#closed.add(request.stream);
    if (this.#closed.has(request.stream)) return super.commit(request);
    return judge(this, request) ?? write(this.log, request);
  }
}

export const brokenAtClosing = [
  brokenStore('appends to a closed stream', AppendsToAClosedStream, [
    'refuses appends to a closed stream, whatever they expect',
    'lets nothing into a stream that is closed at the same time',
    'keeps a stream closed for another instance',
    'is the same log when it is closed and opened again',
  ]),
  brokenStore('judges the version before the closing', JudgesTheVersionBeforeTheClosing, [
    'refuses appends to a closed stream, whatever they expect',
  ]),
  brokenStore('closes for retries too', ClosesForRetriesToo, [
    'answers a retry by commit id with its first result in a closed stream',
  ]),
  brokenStore('closes at any version', ClosesAtAnyVersion, [
    'judges the closing of a stream by the expected version',
  ]),
  brokenStore('remembers only its own closings', RemembersOnlyItsOwnClosings, [
    'keeps a stream closed for another instance',
    'is the same log when it is closed and opened again',
  ]),
];
