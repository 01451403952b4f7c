import type { Breaker, Breakers } from '@nestjs-spark/foundation/internal';

/** The breaker for an issuer, shared by all requests to it. */
export function issuerBreaker(issuer: string, breakers: Breakers): Breaker {
  return breakers.of({
    target: `issuer:${new URL(issuer).host}`,
    isOutage: () => true,
    refuse: (cause) => cause,
  });
}
