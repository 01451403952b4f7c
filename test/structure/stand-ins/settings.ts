import type { IdentityOptions } from '@nestjs-spark/modules/internal';

export function identityOf(): IdentityOptions {
  throw new Error('Only its type is needed');
}
