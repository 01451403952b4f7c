import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { JetStreamContext } from './jetstream-context.ts';

/**
 * Lets the dead letters of `@EventPattern` handlers say what was really thrown. Without it only the texts of `RpcException`
 * and `PermanentError` get there, and "Internal server error" for everything else, which Nest makes of it.
 * `connectJetStream` puts it in place.
 */
@Catch()
export class JetStreamErrorFilter extends BaseRpcExceptionFilter {
  override catch(exception: Error, host: ArgumentsHost): Observable<unknown> {
    const context: unknown = host.switchToRpc().getContext();
    if (context instanceof JetStreamContext) context.noteFailure(exception);
    // oxlint-disable-next-line promise/valid-params -- a filter's catch, not a promise's
    return super.catch(exception, host);
  }
}
