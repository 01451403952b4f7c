import { Catch, Inject, Injectable, Optional, type ArgumentsHost } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { nodeRequest, ProblemFilter, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { AuditTrail } from '../audit/audit-trail.ts';
import { knownName } from './caller.ts';
import { describeRefusal, reasonOf } from './describe-refusal.ts';

/** Answers like every other route, and records refusals and the reasons of failures. */
@Catch()
@Injectable()
export class RefusalFilter extends ProblemFilter {
  constructor(@Optional() @Inject(AuditTrail) private readonly trail: AuditTrail | null = null) {
    super();
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() === 'http' && error instanceof ProblemError) {
      const request = nodeRequest(host.switchToHttp().getRequest<PlatformRequest>());
      const refusal = describeRefusal(request, error);
      // A reason given by the handler itself is more precise.
      if (this.trail?.reasonOf(request) === null) this.trail.explain(request, reasonOf(error));
      if (refusal) this.trail?.refused(refusal, { who: knownName(request), reason: reasonOf(error) });
    }
    // oxlint-disable-next-line promise/no-promise-in-callback, promise/valid-params -- a filter of Nest's and no promise
    super.catch(error, host);
  }
}
