import { describe, expect, it } from '@jest/globals';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { RawBodyInstaller } from './raw-body-installer.ts';
import { readRawBody } from './raw-body.ts';

function hostOf(platform: string): { host: HttpAdapterHost; used: unknown[] } {
  const used: unknown[] = [];
  const adapter = { getType: () => platform, use: (handler: unknown) => void used.push(handler) };
  const host = new HttpAdapterHost();
  host.httpAdapter = adapter as Partial<AbstractHttpAdapter> as AbstractHttpAdapter;
  return { host, used };
}

describe('reading the bytes of requests', () => {
  it('is put in place as soon as the platform is known', () => {
    const { host, used } = hostOf('express');
    expect(new RawBodyInstaller(host)).toBeDefined();
    expect(used).toEqual([readRawBody]);
  });

  it('ends the start on Fastify, where it is not possible, and says what to do', () => {
    expect(() => new RawBodyInstaller(hostOf('fastify').host)).toThrow(
      /Express only.*without FastifyAdapter/,
    );
  });
});
