import { generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';
import type {
  MessageSigner,
  MessageVerifier,
  SealVerdict,
  SignedBytes,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';

interface Known {
  module: string;
  publicKey: KeyObject;
}

/** The keys of modules and who knows them: real signatures without a registry. */
export class MemoryKeys implements MessageVerifier {
  /** Modules of a version that does not sign yet. */
  readonly older = new Set<string>();
  readonly #known = new Map<string, Known>();
  readonly #signers = new Map<string, MessageSigner>();

  /** The signer of a module, whose key is known from now on. */
  signerOf(module: string): MessageSigner {
    const there = this.#signers.get(module);
    if (there) return there;
    const { signer, publicKey } = draw();
    this.#signers.set(module, signer);
    this.#known.set(signer.keyId, { module, publicKey });
    return signer;
  }

  /** The `x` of a module's public key. */
  publicKeyOf(module: string): string {
    const { keyId } = this.signerOf(module);
    return this.#known.get(keyId)?.publicKey.export({ format: 'jwk' }).x ?? '';
  }

  /** A signer with an unknown key. */
  stranger(): MessageSigner {
    return draw().signer;
  }

  async verify({ module, keyId, bytes, signature }: SignedBytes): Promise<SealVerdict> {
    const known = this.#known.get(keyId);
    if (!known || !sameName(known.module, module)) return 'unknown-key';
    return verify(null, bytes, known.publicKey, signature) ? 'genuine' : 'forged';
  }

  async signs(module: string): Promise<boolean> {
    return !this.older.has(module);
  }
}

function draw(): { signer: MessageSigner; publicKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { crv, kty, x } = publicKey.export({ format: 'jwk' });
  const keyId = hash('sha256', JSON.stringify({ crv, kty, x }), 'base64url');
  return { signer: { keyId, sign: (bytes) => sign(null, bytes, privateKey) }, publicKey };
}
