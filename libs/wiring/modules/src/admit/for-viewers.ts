import { SetMetadata } from '@nestjs/common';

/** Marks handlers that change nothing despite their verb, so that read-only users can call them. */
export const FOR_VIEWERS = 'spark:for-viewers';

/** Lets console users of the role `viewer` call a handler that is not a GET. */
export function ForViewers(): MethodDecorator {
  return SetMetadata(FOR_VIEWERS, true);
}
