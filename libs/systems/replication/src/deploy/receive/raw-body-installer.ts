import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ReplicationSettingsError } from '../../settings/settings-error.ts';
import { readRawBody } from './raw-body.ts';

/**
 * Puts `readRawBody` in front of the application's body parsers. Nest mounts those when the application initializes, and
 * the adapter is known just before that: this is the one moment, and it asks nothing of the application's `main.ts`.
 */
@Injectable()
export class RawBodyInstaller {
  /** @throws {ReplicationSettingsError} on a platform where the bytes of a request cannot be had; ends the start */
  constructor(host: HttpAdapterHost) {
    requireExpress(host);
    host.init$.subscribe(() => host.httpAdapter.use(readRawBody));
  }
}

// Without the bytes no module's token can be checked: each request would be refused, and nobody would see why.
function requireExpress({ httpAdapter }: HttpAdapterHost): void {
  if (httpAdapter?.getType?.() !== 'fastify') return;
  throw new ReplicationSettingsError([
    'the application runs on Fastify, and /spark/* works on Express only: create it with NestFactory.create(AppModule), and without FastifyAdapter',
  ]);
}
