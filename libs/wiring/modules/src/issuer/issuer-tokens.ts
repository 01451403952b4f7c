import { isName } from '@nestjs-spark/contracts';
import type { Breakers } from '@nestjs-spark/foundation/internal';
import { decodeProtectedHeader, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ProviderTokenError, type ProviderTokens } from '../identify/provider-tokens.ts';
import { IssuerKeys } from './issuer-keys.ts';

/** An identity provider whose tokens modules may show in place of tokens of their own. */
export interface IssuerSettings {
  /** As in `iss`. */
  issuer: string;
  /** The audiences for which its tokens have to be issued, as in `aud`. */
  audience: string;
  /** Where its keys are; null: where its description (`.well-known/openid-configuration`) says. */
  jwks: string | null;
  /** The claim with the module's name. */
  claim: string;
  /** The schemes that the address of the keys may have. */
  schemes: readonly string[];
}

/** Signatures by a private key only: a secret shared with the issuer could sign for it, and so could its public key. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
const CLOCK_SKEW_SECONDS = 5;
/** A token is not bound to its request, so one that is stolen works until its end. */
const LONGEST_LIFE_SECONDS = 24 * 60 * 60;

/** Recognizes modules by the tokens of an identity provider. */
export class IssuerTokens implements ProviderTokens {
  readonly issuer: string;
  readonly #settings: IssuerSettings;
  readonly #findKey: JWTVerifyGetKey;

  constructor(settings: IssuerSettings, breakers: Breakers) {
    this.issuer = settings.issuer;
    this.#settings = settings;
    this.#findKey = new IssuerKeys(settings, breakers).find;
  }

  async read(token: string): Promise<string> {
    // A token of another issuer must not make us ask ours for keys.
    const { alg = 'none' } = decodeProtectedHeader(token);
    if (!ALGORITHMS.includes(alg)) throw new ProviderTokenError(`signed with ${JSON.stringify(alg)}`);
    const { payload } = await jwtVerify(token, this.#findKey, {
      issuer: this.issuer,
      audience: this.#settings.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['exp', 'iat'],
    });
    return this.#nameIn(payload);
  }

  #nameIn(payload: JWTPayload): string {
    const { iat = 0, exp = Infinity } = payload;
    if (exp - iat > LONGEST_LIFE_SECONDS) throw new ProviderTokenError('lives longer than a day');
    const name = Object.hasOwn(payload, this.#settings.claim) ? payload[this.#settings.claim] : undefined;
    if (!isName(name)) throw new ProviderTokenError(`${this.#settings.claim} is not the name of a module`);
    return name;
  }
}
