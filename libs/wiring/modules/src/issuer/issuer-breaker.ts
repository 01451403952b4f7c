import type { Breaker, Breakers } from '@nestjs-spark/foundation/internal';

/** The breaker towards an issuer, one for all that is asked of it. */
export function issuerBreaker(issuer: string, breakers: Breakers): Breaker {
  return breakers.of({
    target: `issuer:${new URL(issuer).host}`,
    isOutage: () => true,
    refuse: (cause) => cause,
  });
}
