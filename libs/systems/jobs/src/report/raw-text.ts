import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { JSON_FORM, readText, type PlatformRequest } from '@nestjs-spark/observability/internal';

/** The largest body of a submission; larger inputs go to `POST /api/jobs/input` first. */
const MOST_BODY_BYTES = 256 * 1024 * 1024;

/**
 * The body of a request as unparsed text.
 * @throws {ProblemError} `tooLarge` (413), `unsupportedMedia` (415), `invalid` (400) if it is not UTF-8
 */
export const RawText = createParamDecorator((_: unknown, context: ExecutionContext): Promise<string> =>
  readText(context.switchToHttp().getRequest<PlatformRequest>(), JSON_FORM, MOST_BODY_BYTES),
);
