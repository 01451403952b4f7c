import {
  ProblemError,
  UnavailableError,
  type PublicKeyJwk,
  type TokenLedger,
} from '@nestjs-spark/contracts/internal';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { redact, sameName, type Logger } from '@nestjs-spark/foundation/internal';
import { claimsFault, headerFault, timeFault, type Receiver, type SignedRequest } from './check-claims.ts';
import type { KeyRing } from './key-ring.ts';
import { ProviderTokenError, type ProviderTokens } from './provider-tokens.ts';
import { readPublicKey } from './public-key.ts';
import { isActingFor, TOKEN_ALGORITHM, TOKEN_MAX_LENGTH, type ActingFor } from './token-claims.ts';
import { wrongToken } from './unauthenticated.ts';
import { UsedTokens } from './used-tokens.ts';

export interface RequestToVerify extends SignedRequest {
  /** What follows `Bearer `. */
  token: string;
}

export interface VerifiedModule {
  /** The caller's name as spelled in the registry. */
  module: string;
  /** The user it acts for; null when it acts for itself. */
  act: ActingFor | null;
}

export interface TokenVerifierParts {
  receiver: Receiver;
  keys: KeyRing;
  /** This module's own key: a module trusts itself, whatever the registry says. */
  own?: { keyId: string; publicKey: PublicKeyJwk };
  log: Logger;
  /** An identity provider whose tokens are accepted as well. */
  provider?: ProviderTokens | undefined;
  /** Where all instances of this module record used tokens; without one, each instance remembers those presented to it. */
  ledger?: TokenLedger | undefined;
  usedTokens?: UsedTokens;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** A console user should be told what is unavailable before the console gives up on the answer after three seconds. */
const USER_PATIENCE_MS = 2_000;

/** Determines which module a request comes from. */
export class TokenVerifier {
  private readonly parts: TokenVerifierParts;
  private readonly used: UsedTokens;
  private readonly now: () => number;

  constructor(parts: TokenVerifierParts) {
    this.parts = parts;
    this.used = parts.usedTokens ?? new UsedTokens();
    this.now = parts.now ?? Date.now;
  }

  /**
   * @throws {ProblemError} `unauthenticated` (401), the same for every cause, which only the debug log shows; `tokenTimes` (401)
   *   when everything but the times is valid, including the signature, with this clock; `tooMany` (429) when a module presents
   *   more tokens than can be remembered; `unavailable` (503) when keys cannot be read now, or it is unknown whether the token
   *   was used before
   */
  async verify(request: RequestToVerify): Promise<VerifiedModule> {
    try {
      return await this.check(request);
    } catch (error) {
      if (isRefusal(error)) {
        this.parts.log.debug(`Refused a token for ${request.method} ${request.path}: ${error.message}`);
        throw wrongToken(error);
      }
      if (error instanceof UnavailableError) {
        throw new ProblemError(
          'unavailable',
          `${this.parts.receiver.moduleName} cannot check who asks. ${sentence(redact(error.message))}`,
          { cause: error, retryAfterSeconds: 2 },
        );
      }
      throw error;
    }
  }

  private async check(request: RequestToVerify): Promise<VerifiedModule> {
    const { provider } = this.parts;
    if (provider && issuerOf(request.token) === provider.issuer) {
      return { module: await provider.read(request.token), act: null };
    }
    return this.checkOwn(request);
  }

  /** A token that this module has signed itself. */
  private async checkOwn(request: RequestToVerify): Promise<VerifiedModule> {
    const { issuer, keyId, issuedAt, notBefore } = this.readClaim(request);
    const own = await this.ownKey(issuer, keyId);
    const key = own ?? (await this.parts.keys.find(issuer, keyId));
    if (!key) throw new Refusal(`no trusted key ${keyId} of ${issuer}`);
    // Evaluated at the token's own time: only its signer may learn that the clocks differ, and by how much.
    const { payload } = await jwtVerify(request.token, key.key, {
      algorithms: [TOKEN_ALGORITHM],
      currentDate: new Date(Math.max(issuedAt, notBefore) * 1_000),
    });
    this.checkTimes(key.module, payload);
    await this.spend(key.module, payload, own !== null);
    if (key.pin) await this.pin(key.module, keyId, key);
    return { module: key.module, act: actOf(payload) };
  }

  private async ownKey(issuer: string, keyId: string): Promise<Awaited<ReturnType<KeyRing['find']>>> {
    const { own, receiver } = this.parts;
    if (own?.keyId !== keyId || !sameName(issuer, receiver.moduleName)) return null;
    const key = await readPublicKey(own.publicKey);
    return key && { ...key, module: receiver.moduleName, pin: false };
  }

  /** Checks everything that needs no look-up. */
  private readClaim(request: RequestToVerify): {
    issuer: string;
    keyId: string;
    issuedAt: number;
    notBefore: number;
  } {
    if (request.token.length > TOKEN_MAX_LENGTH) throw new Refusal('longer than any token of ours');
    const header = decodeHeader(request.token);
    const claims = decodeJwt(request.token);
    const fault = headerFault(header) ?? claimsFault(claims, request, this.parts.receiver);
    if (fault) throw new Refusal(fault);
    const { iss = '', iat = 0, nbf = 0 } = claims;
    return { issuer: iss, keyId: header.kid ?? '', issuedAt: iat, notBefore: nbf };
  }

  private checkTimes(module: string, payload: JWTPayload): void {
    const now = this.now();
    const fault = timeFault(payload, Math.floor(now / 1_000));
    if (!fault) return;
    const time = new Date(now).toISOString();
    this.parts.log.debug(`Refused a token of ${module} for its times: ${fault}`);
    throw new ProblemError(
      'tokenTimes',
      `The token is ${fault} by this module's clock, which shows ${time}. Set the clock that is wrong (NTP); the request may be sent again.`,
      { members: { time } },
    );
  }

  /** This process first checks the tokens presented to it; the ledger is asked once for each token that is new here. */
  private async spend(module: string, { jti = '', exp = 0, act }: JWTPayload, isOwn: boolean): Promise<void> {
    const use = this.used.use(module, jti, exp, Math.floor(this.now() / 1000));
    if (use === 'again') throw new Refusal('jti was used before');
    if (use === 'too-many') {
      throw new ProblemError('tooMany', 'Too many requests within a minute.', { retryAfterSeconds: 10 });
    }
    const isFirst = await this.isFirst(module, jti, isOwn, act === undefined ? undefined : USER_PATIENCE_MS);
    if (!isFirst) throw new Refusal('jti was used before, at another instance or before a restart');
  }

  /** A module that checks its own address has to get an answer even while the ledger is unavailable. */
  private async isFirst(
    module: string,
    jti: string,
    isOwn: boolean,
    patienceMs: number | undefined,
  ): Promise<boolean> {
    try {
      return (await this.parts.ledger?.spend(module, jti, patienceMs)) ?? true;
    } catch (error) {
      if (isOwn && error instanceof UnavailableError) return true;
      throw error;
    }
  }

  private async pin(module: string, keyId: string, key: Parameters<KeyRing['pin']>[1]): Promise<void> {
    await this.parts.keys.pin(module, key);
    const believed = await this.parts.keys.find(module, keyId);
    if (!believed) throw new Refusal(`another key of ${module} was pinned at the same time`);
  }
}

/** @throws {Refusal} for an unreadable claim: a caller that sends `act` does not mean to act for itself */
function actOf({ act }: JWTPayload): ActingFor | null {
  if (act === undefined) return null;
  if (!isActingFor(act)) throw new Refusal('act cannot be read');
  return act;
}

/** The health routes publish the same, so nothing is revealed to whoever presents a token. */
function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

class Refusal extends Error {}

function isRefusal(error: unknown): error is Error {
  return [Refusal, ProviderTokenError, errors.JOSEError].some((kind) => error instanceof kind);
}

/** The issuer that the token claims. */
function issuerOf(token: string): string | undefined {
  return token.length > TOKEN_MAX_LENGTH ? undefined : decodeJwt(token).iss;
}

function decodeHeader(token: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(token);
  } catch (error) {
    throw new Refusal('the header cannot be read', { cause: error });
  }
}
