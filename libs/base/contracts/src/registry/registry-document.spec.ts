import { describe, expect, it } from '@jest/globals';
import { fromRegistryDocument, toRegistryDocument } from './registry-document.ts';

const ENTRY = {
  AppName: 'HR',
  AppUrl: 'http://hr:5001',
  DatabaseName: 'SparkHR',
  DatabaseUrls: ['http://db:8080'],
  RegisteredAtUtc: '2026-01-01T00:00:00Z',
};

describe('An entry of a registry', () => {
  it('is read as other lineages write it, and with what this one adds', () => {
    expect(fromRegistryDocument(ENTRY, 'hr')).toMatchObject({ appName: 'HR', appUrl: 'http://hr:5001' });
    expect(fromRegistryDocument({ AppName: 'HR', AppUrl: '', DatabaseUrls: null })).toEqual({
      appName: 'HR',
      appUrl: '',
      databaseName: '',
      databaseUrls: [],
      registeredAtUtc: '',
    });
  });

  it('comes back as it was written, with and without what this lineage adds', () => {
    const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'one' };
    const plain = {
      appName: 'HR',
      appUrl: 'http://hr:5001',
      databaseName: 'SparkHR',
      databaseUrls: ['http://db:8080'],
      registeredAtUtc: '2026-01-01T00:00:00Z',
    };
    const signed = { ...plain, publicKey, nextKey: { ...publicKey, x: 'two' }, version: '1', signature: 's' };
    for (const information of [plain, signed]) {
      expect(fromRegistryDocument(toRegistryDocument(information), 'HR')).toEqual(information);
    }
    expect(fromRegistryDocument({ AppName: 'HR', AppUrl: '' })).toMatchObject({ databaseUrls: [] });
  });

  it('is nobody else’s: the name in it is the one it was found under', () => {
    expect(fromRegistryDocument(ENTRY, 'Fleet')).toBeNull();
  });

  it.each([
    'http://inner/admin?x=',
    'http://inner/admin?',
    'http://inner/admin#',
    'http://user:secret@hr',
    'http://user@hr',
    'file:///etc/passwd',
    'hr:5001',
    `http://hr/${'x'.repeat(3_000)}`,
    5,
    null,
  ])('has no address such as %p', (AppUrl) => {
    expect(fromRegistryDocument({ ...ENTRY, AppUrl })).toBeNull();
  });

  it.each([
    null,
    'text',
    [],
    {},
    { ...ENTRY, AppName: { a: 1 } },
    { ...ENTRY, AppName: '' },
    { ...ENTRY, DatabaseUrls: 'http://db' },
    { ...ENTRY, DatabaseUrls: [1] },
    { ...ENTRY, PublicKey: { kty: 1 } },
    { ...ENTRY, RegisteredAtUtc: {} },
  ])('is none when it is %j', (document) => {
    expect(fromRegistryDocument(document)).toBeNull();
  });
});
