import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { JetStreamContext } from './jetstream-context.ts';

/**
 * Lets the transport see what `@EventPattern` handlers really threw. Without it Nest makes "Internal server error" of everything
 * but `RpcException`: dead letters say nothing else, and a `PermanentError` is tried again like any other.
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
