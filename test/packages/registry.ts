import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import type { Tarball } from '../../tools/pack.ts';

const SCOPE = '@nestjs-spark';

interface Packed {
  version: string;
}

/** Answers npm for the packages of one scope as a registry does, from tarballs in a folder. */
export class Registry {
  readonly #server: Server;
  /** The newest version, which is the only one. */
  readonly version: string;

  private constructor(server: Server, version: string) {
    this.#server = server;
    this.version = version;
  }

  static async open(folder: string, tarballs: readonly Tarball[]): Promise<Registry> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const described = new Map(
      tarballs.map(({ name, filename }) => [
        name,
        describe(join(folder, filename), `http://127.0.0.1:${port}`),
      ]),
    );
    server.on('request', ({ url = '/' }, response) => {
      const asked = decodeURIComponent(url).slice(1);
      if (asked.endsWith('.tgz')) return response.end(readFileSync(join(folder, basename(asked))));
      const found = described.get(asked);
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(found ?? {}));
    });
    const [first] = described.values();
    if (!first) throw new Error(`There is no tarball in ${folder}`);
    return new Registry(server, first['dist-tags'].latest);
  }

  /** What makes npm ask here for these packages, and the usual registry for all others. */
  get npmrc(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${SCOPE}:registry=http://127.0.0.1:${port}/\n`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function describe(
  file: string,
  address: string,
): { name: string; 'dist-tags': { latest: string }; versions: Record<string, object> } {
  const manifest = JSON.parse(
    execFileSync('tar', ['-xOf', file, 'package/package.json'], { encoding: 'utf8' }),
  ) as Packed & { name: string };
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const dist = { tarball: `${address}/${basename(file)}`, integrity };
  return {
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist } },
  };
}
