import { isName } from '@nestjs-spark/contracts';
import type { Breakers } from '@nestjs-spark/foundation/internal';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { ProviderTokenError, type ProviderTokens } from '../identify/provider-tokens.ts';
import type { ProviderClient } from './client-credentials.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { LONGEST_LIFE_SECONDS } from './longest-life.ts';
import { verifyIssued } from './verify-issued.ts';

/** An identity provider whose tokens modules may use in place of their own. */
export interface IssuerSettings {
  /** As in `iss`. */
  issuer: string;
  /** The required audience of its tokens, as in `aud`. */
  audience: string;
  /** The URL of its keys; null: as stated by its metadata (`.well-known/openid-configuration`). */
  jwks: string | null;
  /** The claim with the module's name. */
  claim: string;
  /** The URL schemes allowed for the provider. */
  schemes: readonly string[];
  /** The client as which this module requests the tokens that it presents to others; null: it signs its own tokens. */
  client: ProviderClient | null;
}

/** Authenticates modules by the tokens of an identity provider. */
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
    const { audience } = this.#settings;
    const payload = await verifyIssued(token, {
      issuer: this.issuer,
      audience,
      requiredClaims: ['exp', 'iat'],
      findKey: this.#findKey,
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
