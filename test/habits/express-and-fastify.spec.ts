import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ForbiddenException,
  Injectable,
  Scope,
  UnauthorizedException,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { isSparkRoute } from '@nestjs-spark/modules';
import { eventually } from '@nestjs-spark/servers/testing';
import { map, type Observable } from 'rxjs';
import {
  addressDetail,
  ask,
  closeAll,
  create,
  listen,
  OPERATOR,
  orders,
  PLATFORMS,
} from './support/orders.ts';

afterEach(closeAll);

class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** Made for each request, as one that reads the user is. */
@Injectable({ scope: Scope.REQUEST })
class ScopedEnvelope extends Envelope {}

class Login implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (isSparkRoute(context)) return true;
    throw new UnauthorizedException();
  }
}

class BlindLogin implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException();
  }
}

const deploy = (url: string, init: RequestInit = {}) =>
  ask(`${url}/spark/etl/deploy`, {
    method: 'POST',
    headers: { ...OPERATOR, 'content-type': 'application/json' },
    body: '{ "requestingModule": "Billing", "oops": 1 }',
    ...init,
  });

describe.each(PLATFORMS)('on %s', (platform) => {
  it('the routes are guarded, bounded and answer with problems', async () => {
    const url = await listen(await create(platform, await orders()));
    const refused = await deploy(url, { headers: { 'content-type': 'application/json' } });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    const invalid = await deploy(url);
    expect(invalid.body).toMatchObject({ status: 400, type: 'urn:spark:problem:invalid-request' });
    expect((await deploy(url, { body: '{ "broken' })).status).toBe(400);
    const chunked = new Blob(['{ "requestingModule": 7 }']).stream();
    expect((await deploy(url, { body: chunked, duplex: 'half' })).status).toBe(400);
    expect((await deploy(url, { body: `"${'x'.repeat(300_000)}"` })).status).toBe(413);
    expect((await deploy(url, { headers: { ...OPERATOR, 'content-type': 'text/plain' } })).status).toBe(415);
    const verb = await ask(`${url}/spark/etl/deploy`, { method: 'DELETE', headers: OPERATOR });
    expect([verb.status, verb.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await ask(`${url}/spark/replication`, { headers: OPERATOR })).status).toBe(200);
    expect((await ask(`${url}/orders`)).body).toEqual([{ number: 'A-1' }]);
  });

  it('metrics and health answer as Prometheus and probes know them', async () => {
    const url = await listen(await create(platform, await orders()));
    const metrics = await ask(`${url}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metrics.text).toContain('process_cpu_seconds_total');
    expect((await ask(`${url}/health/live`)).body).toMatchObject({ status: 'ok' });
    const ready = await ask(`${url}/health/ready`);
    expect(ready.headers.get('content-type')).toMatch(/^application\/json/);
    expect(ready.body).toHaveProperty('details.address');
  });

  it('finds itself at the address it listens at, even when a bare listen() is all there is', async () => {
    const url = await listen(await create(platform, await orders()));
    await eventually(async () => expect(await addressDetail(url)).toBe(`${url} is this module`));
  });

  it.each(['interceptor of the application', 'interceptor made for each request'])(
    'a prefix, versions, a guard that asks and an %s leave its routes as they are',
    async (kind) => {
      const envelope = kind.endsWith('request') ? ScopedEnvelope : Envelope;
      const app = await create(
        platform,
        await orders({
          providers: [
            { provide: APP_GUARD, useClass: Login },
            { provide: APP_INTERCEPTOR, useClass: envelope },
          ],
        }),
      );
      app.setGlobalPrefix('api', { exclude: ['nothing'] });
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      const url = await listen(app);
      expect((await ask(`${url}/api/v1/orders`)).status).toBe(401);
      expect((await ask(`${url}/spark/replication`, { headers: OPERATOR })).body).toHaveProperty('incoming');
      expect((await ask(`${url}/health/live`)).body).toMatchObject({ status: 'ok' });
      expect((await ask(`${url}/metrics`)).text).toMatch(/^# HELP/);
      expect((await deploy(url)).status).toBe(400);
      expect((await ask(`${url}/api/spark/replication`, { headers: OPERATOR })).status).toBe(404);
      await eventually(async () => expect(await addressDetail(url)).toBe(`${url} is this module`));
    },
  );

  it('versions in a header, and an envelope from main.ts, leave its routes as they are, and wrap the own ones', async () => {
    const app = await create(platform, await orders());
    app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' });
    app.useGlobalInterceptors(new Envelope());
    const url = await listen(app);
    expect((await ask(`${url}/spark/replication`, { headers: OPERATOR })).body).toHaveProperty('incoming');
    expect((await ask(`${url}/orders`, { headers: { 'x-version': '1' } })).body).toEqual({
      data: [{ number: 'A-1' }],
    });
  });

  it('a login guard that does not ask is named by the self-check, with the remedy', async () => {
    const lines: string[] = [];
    const logger = { log: () => {}, error: () => {}, warn: (line: string) => void lines.push(line) };
    const root = await orders({ providers: [{ provide: APP_GUARD, useClass: BlindLogin }] });
    const url = await listen(await create(platform, root, { logger }));
    await eventually(async () => expect(lines.join('\n')).toMatch(/isSparkRoute\(context\)/));
    expect((await ask(`${url}/health/live`)).status).toBe(403);
  });
});
