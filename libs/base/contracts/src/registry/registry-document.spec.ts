import { describe, expect, it } from '@jest/globals';
import { fromRegistryDocument, toRegistryDocument } from './registry-document.ts';

describe('a registry document', () => {
  const plain = {
    AppName: 'Fleet',
    AppUrl: 'https://localhost:5001',
    DatabaseName: 'SparkFleet',
    DatabaseUrls: ['http://localhost:8080'],
    RegisteredAtUtc: '2026-01-29T12:00:00.0000000Z',
  };

  it('of a .NET module, which has the first five fields only, is understood', () => {
    expect(fromRegistryDocument(plain)).toEqual({
      appName: 'Fleet',
      appUrl: 'https://localhost:5001',
      databaseName: 'SparkFleet',
      databaseUrls: ['http://localhost:8080'],
      registeredAtUtc: '2026-01-29T12:00:00.0000000Z',
    });
  });

  it('spells its own fields as .NET does, and the key as its standard does', () => {
    const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'abc' };
    const information = { ...fromRegistryDocument(plain), publicKey, version: '1' };
    if (!information.appName) throw new Error('not understood');
    const document = toRegistryDocument({ ...information, appName: 'Fleet' } as never);
    expect(document).toEqual({ ...plain, PublicKey: publicKey, Version: '1' });
  });

  it('that names no module is none', () => {
    expect(fromRegistryDocument({ AppUrl: 'x' } as never)).toBeNull();
  });
});
