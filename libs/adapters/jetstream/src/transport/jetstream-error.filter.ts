import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { JetStreamContext } from './jetstream-context.ts';

/**
 * Lets the transport see what `@EventPattern` handlers really threw. Without it Nest turns everything but `RpcException` into
 * "Internal server error": dead letters contain nothing else, and a `PermanentError` is retried like any other.
 * `connectJetStream` registers it.
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
