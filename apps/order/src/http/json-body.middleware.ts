import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, UnsupportedMediaTypeException } from '@nestjs/common';
import type { NestMiddleware } from '@nestjs/common';

/** A body that the parser has left alone would look like no body: the client is told what is wrong with it instead. */
@Injectable()
export class JsonBodyMiddleware implements NestMiddleware<IncomingMessage, ServerResponse> {
  use({ headers }: IncomingMessage, _response: ServerResponse, next: (error?: unknown) => void): void {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    const isJson = /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
    const isRefused = hasBody && !isJson;
    next(isRefused ? new UnsupportedMediaTypeException('Send the body as application/json.') : undefined);
  }
}
