import { createPrivateKey, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { MessageSigner, ModuleInformation, PublicKeyJwk } from '@nestjs-spark/contracts/internal';
import { calculateJwkThumbprint, importJWK, SignJWT, type CryptoKey } from 'jose';
import { bodyDigest } from './body-digest.ts';
import { isSignedWith, signEntry } from './entry-signature.ts';
import { KeyFileError, openKeyFile, readKeyFiles, type KeyFileOptions } from './key-file.ts';
import { readPublicKey } from './public-key.ts';
import { pathOf } from './request-path.ts';
import { TOKEN_ALGORITHM, TOKEN_SECONDS, type ActingFor } from './token-claims.ts';

export interface RequestToSign {
  /** Name of the module that the request goes to. */
  audience: string;
  method: string;
  /** Path or full URL of the request; signed without query. */
  path: string;
  body?: Uint8Array | string | undefined;
  /** In whose name this module asks; others take it as theirs only from a console that they admit. */
  act?: ActingFor | undefined;
}

/** This module's key pair: proves to other modules that a request is ours. */
export class ModuleIdentity {
  readonly module: string;
  /** RFC 7638 thumbprint of the public key. */
  readonly keyId: string;
  readonly publicKey: PublicKeyJwk;
  /** The key that is to follow, which is announced and not used yet; null for none. */
  readonly nextKey: PublicKeyJwk | null;
  private readonly privateKey: CryptoKey;
  private readonly signingKey: KeyObject;

  private constructor(parts: {
    module: string;
    keyId: string;
    publicKey: PublicKeyJwk;
    nextKey: PublicKeyJwk | null;
    privateKey: CryptoKey;
    signingKey: KeyObject;
  }) {
    this.module = parts.module;
    this.keyId = parts.keyId;
    this.publicKey = parts.publicKey;
    this.nextKey = parts.nextKey;
    this.privateKey = parts.privateKey;
    this.signingKey = parts.signingKey;
  }

  /**
   * Opens the key pair on disk; in development a missing one is created.
   * @throws {KeyFileError} when there is no usable key pair
   */
  static async open(options: KeyFileOptions): Promise<ModuleIdentity> {
    const { d, ...publicKey } = await openKeyFile(options);
    const privateKey = await importJWK({ ...publicKey, d }, TOKEN_ALGORITHM);
    if (privateKey instanceof Uint8Array) {
      throw new KeyFileError(options.directory, 'is not an Ed25519 private key', 'Replace it.');
    }
    const keyId = await calculateJwkThumbprint(publicKey);
    const { current, next: nextKey } = await readKeyFiles(options);
    // The next key has taken its place in between: with the old one and no next, this module would take its announcement back.
    if (current !== null && current.x !== publicKey.x) return ModuleIdentity.open(options);
    const signingKey = createPrivateKey({ key: { ...publicKey, d }, format: 'jwk' });
    return new ModuleIdentity({ module: options.module, keyId, publicKey, nextKey, privateKey, signingKey });
  }

  /** This module's entry for the registry, with its keys and its signature: others believe no other. */
  async vouch(entry: ModuleInformation): Promise<ModuleInformation> {
    const { signature: _, ...rest } = entry;
    const own = {
      ...rest,
      publicKey: this.publicKey,
      ...(this.nextKey ? { nextKey: this.nextKey } : {}),
    };
    return { ...own, signature: await signEntry(own, { keyId: this.keyId, key: this.privateKey }) };
  }

  /** Whether this module's key has signed the entry as it is. */
  async hasSigned(entry: ModuleInformation): Promise<boolean> {
    const own = await readPublicKey(this.publicKey);
    return own !== null && isSignedWith(entry, own.key);
  }

  /** Signs what goes on the bus, as others check it with a `ModuleVerifier`. */
  messageSigner(): MessageSigner {
    return { keyId: this.keyId, sign: (bytes) => sign(null, bytes, this.signingKey) };
  }

  /** A token for this one request, valid for a minute and for one use. Create it right before sending the request. */
  sign(request: RequestToSign): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      htm: request.method.toUpperCase(),
      htu: pathOf(request.path) ?? request.path,
      body_sha256: bodyDigest(request.body),
      ...(request.act ? { act: request.act } : {}),
    })
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: this.keyId, typ: 'JWT' })
      .setIssuer(this.module)
      .setAudience(request.audience)
      .setIssuedAt(now)
      .setExpirationTime(now + TOKEN_SECONDS)
      .setJti(randomUUID())
      .sign(this.privateKey);
  }
}
