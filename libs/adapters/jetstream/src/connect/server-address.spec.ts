import { describe, expect, it } from '@jest/globals';
import { isAtLeast } from './server-version.ts';
import { parseServerAddress, serverAddressFault } from './server-address.ts';

describe('The address of NATS', () => {
  it('is read with several servers, TLS and the default port', () => {
    expect(parseServerAddress('nats://a:4333, b')).toEqual({ servers: ['a:4333', 'b:4222'], tls: false });
    expect(parseServerAddress('tls://[::1]:4222').tls).toBe(true);
  });

  it('gives its credentials apart from what is shown', () => {
    const address = parseServerAddress('nats://me:p%40ss@host:4222');
    expect(address).toMatchObject({ user: 'me', pass: 'p@ss', servers: ['host:4222'] });
    expect(parseServerAddress('nats://tok@host')).toMatchObject({ token: 'tok', servers: ['host:4222'] });
  });

  it.each(['', 'http://host', 'nats://user:canary@', '::', 'nats://canary%zz@host', 'ws://host'])(
    'is refused without being repeated: %j',
    (url) => {
      const parse = () => parseServerAddress(url);
      expect(parse).toThrow('NATS_URL');
      expect(parse).not.toThrow('canary');
      expect(serverAddressFault(url)).toMatch(
        /^NATS_URL has .*: use nats:\/\/host:4222 or tls:\/\/host:4222$/,
      );
    },
  );

  it('has no fault when only its host may be unknown', () => {
    expect(serverAddressFault('foo')).toBeNull();
  });
});

describe('The version of a server', () => {
  it('is compared by number', () => {
    const known = ['2.12.7', '2.12.10', '2.15.0', '3.0.0', '2.12.7-RC.1'];
    expect(known.filter((version) => isAtLeast(version, '2.12.7'))).toEqual(known);
    expect(['2.12.6', '2.9.10', '1.99.99', ''].filter((version) => isAtLeast(version, '2.12.7'))).toEqual([]);
  });
});
