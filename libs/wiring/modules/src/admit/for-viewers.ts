import { SetMetadata } from '@nestjs/common';

/** Marks handlers that change nothing although their verb says so: users who are only allowed to read can call them. */
export const FOR_VIEWERS = 'spark:for-viewers';

/** Lets console users of the role `viewer` call a handler that is not a GET. */
export function ForViewers(): MethodDecorator {
  return SetMetadata(FOR_VIEWERS, true);
}
