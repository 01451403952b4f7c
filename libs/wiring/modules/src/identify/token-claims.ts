import { isObjectOf, isOneOf, isText, type Guard } from '@nestjs-spark/foundation/internal';

/** What a module's token is bound to: one method, one path, one body, one minute. */
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

/** The user that a console acts for: the claim `act` of its token. */
export interface ActingFor {
  /** The user, as known to the console. */
  sub: string;
  role: 'viewer' | 'operator';
}

export const isActingFor: Guard<ActingFor> = isObjectOf({
  sub: isText(256),
  role: isOneOf('viewer', 'operator'),
});

export const TOKEN_ALGORITHM = 'EdDSA';
/** Maximum lifetime of a token. */
export const TOKEN_SECONDS = 60;
/** Maximum difference between two modules' clocks. */
export const CLOCK_SKEW_SECONDS = 5;
/** Far above any token of ours; longer text is not even parsed. */
export const TOKEN_MAX_LENGTH = 4096;
export const JTI_MAX_LENGTH = 128;
