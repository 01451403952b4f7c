import { Catch, Inject, Injectable, Optional, type ArgumentsHost } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import {
  nodeRequest,
  ProblemFilter,
  Refusals,
  type PlatformRequest,
} from '@nestjs-spark/observability/internal';
import { describeRefusal } from './describe-refusal.ts';

/** Answers as every other route does, and counts and logs refusals. */
@Catch()
@Injectable()
export class RefusalFilter extends ProblemFilter {
  constructor(@Optional() @Inject(Refusals) private readonly refusals: Refusals | null = null) {
    super();
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() === 'http' && error instanceof ProblemError) {
      const request = nodeRequest(host.switchToHttp().getRequest<PlatformRequest>());
      const refusal = describeRefusal(request, error);
      if (refusal) this.refusals?.record(refusal);
    }
    // oxlint-disable-next-line promise/no-promise-in-callback, promise/valid-params -- a filter of Nest's and no promise
    super.catch(error, host);
  }
}
