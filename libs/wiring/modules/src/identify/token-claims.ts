import { isObjectOf, isOneOf, isText, type Guard } from '@nestjs-spark/foundation/internal';

/** What a module's token binds it to: one method, one path, one body, one minute. */
export interface TokenClaims {
  iss: string;
  aud: string;
  iat: number;
  exp: number;
  jti: string;
  htm: string;
  htu: string;
  body_sha256: string;
}

/** In whose name a console asks: the claim `act` of its token. */
export interface ActingFor {
  /** The person, as the console knows them. */
  sub: string;
  role: 'viewer' | 'operator';
}

export const isActingFor: Guard<ActingFor> = isObjectOf({
  sub: isText(256),
  role: isOneOf('viewer', 'operator'),
});

export const TOKEN_ALGORITHM = 'EdDSA';
/** A token lives at most this long. */
export const TOKEN_SECONDS = 60;
/** How far two modules' clocks may differ. */
export const CLOCK_SKEW_SECONDS = 5;
/** Far above any token of ours; longer text is not even parsed. */
export const TOKEN_MAX_LENGTH = 4096;
export const JTI_MAX_LENGTH = 128;
