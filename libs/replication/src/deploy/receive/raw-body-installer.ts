import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { readRawBody } from './raw-body.ts';

/**
 * Puts `readRawBody` in front of the application's body parsers. Nest mounts those when the application initializes, and
 * the adapter is known just before that: this is the one moment, and it asks nothing of the application's `main.ts`.
 */
@Injectable()
export class RawBodyInstaller {
  constructor(host: HttpAdapterHost) {
    host.init$.subscribe(() => host.httpAdapter.use(readRawBody));
  }
}
