import { describe, expect, it } from '@jest/globals';
import { applicationVersion, versionAt } from './application-version.ts';

const at =
  (files: Record<string, string>) =>
  (...folders: (string | null)[]) =>
    versionAt(folders, (path) => files[path] ?? null);

describe('The version of an application', () => {
  it('is that of the package.json nearest to its main file, built or bundled', () => {
    const version = at({
      '/package.json': '{"name":"other","version":"9.9.9"}',
      '/app/package.json': '{"name":"fleet","version":"1.2.3"}',
      '/app/dist/package.json': '{"type":"module"}',
    });
    expect(version('/app/dist/fleet', '/')).toBe('1.2.3');
    expect(version('/app', '/')).toBe('1.2.3');
  });

  it('is that of the working directory where the main file is a tool, or far from the application', () => {
    const version = at({
      '/app/node_modules/jest/package.json': '{"name":"jest","version":"30.0.0"}',
      '/app/package.json': '{"name":"fleet","version":"1.2.3"}',
    });
    expect(version('/app/node_modules/jest/bin', '/app')).toBe('1.2.3');
    expect(version('/opt/bundle', '/app')).toBe('1.2.3');
    expect(version(null, '/app')).toBe('1.2.3');
  });

  it.each([
    ['there is no package.json', {}],
    ['it has none', { '/app/package.json': '{"name":"fleet"}', '/package.json': '{"version":"9.9.9"}' }],
    ['it is not a text', { '/app/package.json': '{"version":7}' }],
    ['it is empty', { '/app/package.json': '{"version":""}' }],
    ['it is not a version', { '/app/package.json': JSON.stringify({ version: '1'.repeat(101) }) }],
    ['the file is not JSON', { '/app/package.json': '{"version":' }],
    ['the file is null', { '/app/package.json': 'null' }],
  ])('is unknown where %s', (_, files) => {
    expect(at(files)('/app/dist', '/app')).toBeNull();
  });

  it('is found without being given', () => {
    expect(applicationVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
