import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from '../host/on-path.ts';
import { lastLines, runProgram } from '../host/run-program.ts';

/** A certificate and its key, as PEM files. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

const DAYS = '30';
/** RavenDB's server also uses its certificate as a client certificate towards itself. */
const USAGE = 'keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth';

/** A certificate authority for this run, which nobody else trusts, and the certificates that it issues for loopback. */
export class Authority {
  readonly folder: string;
  readonly #openssl: string;

  private constructor(folder: string, openssl: string) {
    this.folder = folder;
    this.#openssl = openssl;
  }

  /** @throws when there is no openssl on PATH: install it */
  static async create(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<Authority> {
    const openssl = await onPath('openssl', env);
    if (!openssl) throw new Error('No openssl on PATH, which makes the certificates: install it');
    await mkdir(folder, { recursive: true });
    const authority = new Authority(folder, openssl);
    await authority.#run(
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', DAYS, '-subj', '/CN=Spark of this run'],
      ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
      ['-keyout', join(folder, 'ca.key'), '-out', authority.file],
    );
    return authority;
  }

  /** The authority's certificate, to be trusted by clients. */
  get file(): string {
    return join(this.folder, 'ca.pem');
  }

  /** A certificate for loopback and this name, for servers and for clients. */
  async issue(name: string): Promise<IssuedCertificate> {
    const at = (ending: string) => join(this.folder, `${name}.${ending}`);
    await writeFile(at('ext'), `subjectAltName=DNS:localhost,IP:127.0.0.1\n${USAGE}\n`);
    await this.#run(
      ['req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`],
      ['-keyout', at('key'), '-out', at('csr')],
    );
    await this.#run(
      ['x509', '-req', '-in', at('csr'), '-days', DAYS, '-extfile', at('ext'), '-out', at('pem')],
      ['-CA', this.file, '-CAkey', join(this.folder, 'ca.key'), '-CAcreateserial'],
    );
    return { certificate: at('pem'), key: at('key') };
  }

  /** As a single PFX file. */
  async pfx({ certificate, key }: IssuedCertificate, passphrase = ''): Promise<string> {
    const file = certificate.replace(/\.pem$/, '.pfx');
    await this.#run(
      ['pkcs12', '-export', '-in', certificate, '-inkey', key, '-certfile', this.file],
      ['-passout', `pass:${passphrase}`, '-out', file],
    );
    return file;
  }

  /** As a single PEM file; the key as PKCS#1 or PKCS#8, encrypted or not. */
  async pem(
    { certificate, key }: IssuedCertificate,
    form: 'pkcs1' | 'pkcs8',
    passphrase?: string,
  ): Promise<string> {
    const file = certificate.replace(/\.pem$/, `.${form}${passphrase === undefined ? '' : '-encrypted'}.pem`);
    const locked =
      passphrase === undefined
        ? []
        : ['-passout', `pass:${passphrase}`, ...(form === 'pkcs1' ? ['-aes256'] : [])];
    const plain = passphrase === undefined && form === 'pkcs8' ? ['-nocrypt'] : [];
    const args =
      form === 'pkcs1'
        ? ['rsa', '-in', key, '-traditional', ...locked, '-out', file]
        : ['pkcs8', '-topk8', '-in', key, ...plain, ...locked, '-out', file];
    await this.#run(args);
    const both = await Promise.all([certificate, file].map((one) => readFile(one, 'utf8')));
    await writeFile(file, both.join(''), { mode: 0o600 });
    return file;
  }

  async #run(...parts: string[][]): Promise<void> {
    const args = parts.flat();
    const { code, output } = await runProgram(this.#openssl, args, { env: process.env });
    if (code !== 0) throw new Error(`openssl ${args[0]} failed: ${lastLines(output, 3)}`);
  }
}
