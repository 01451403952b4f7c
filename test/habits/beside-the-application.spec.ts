import { afterEach, describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { StoreRefusedError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import { SparkHealthIndicator } from '@nestjs-spark/observability';
import { withSparkRoutes } from '@nestjs-spark/observability/open-api';
import { Logger, LoggerModule } from 'nestjs-pino';
import { ask, closeAll, create, listen, OPERATOR, orders, PLATFORMS } from './support/orders.ts';

afterEach(closeAll);

@Controller('health')
class OwnHealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly spark: SparkHealthIndicator,
  ) {}

  @Get('ready')
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.spark.isReady()]);
  }
}

@Controller('metrics')
class OwnMetricsController {
  @Get()
  show(): string {
    return 'own_metric 1';
  }
}

const FAILURES: Record<string, () => Error> = {
  conflict: () => new VersionConflictError('orders/1'),
  refused: () => new StoreRefusedError('the database says no'),
  away: () => new UnavailableError('RavenDB at http://u:canary@h'),
};

@Controller('failing')
class FailingController {
  @Get(':how')
  fail(@Param('how') how: string): never {
    throw FAILURES[how]?.() ?? new Error('no such failure');
  }
}

const logged: { context?: string }[] = [];
const stream = new Writable({
  write(line: Buffer, _, done) {
    logged.push(JSON.parse(String(line)) as { context?: string });
    done();
  },
});

// nestjs-pino has one logger for a whole process, with the first stream that it is given.
@Module({ imports: [LoggerModule.forRoot({ pinoHttp: [{ level: 'debug' }, stream] })] })
class Pino {}

describe.each(PLATFORMS)('beside an application on %s', (platform) => {
  it('its own health and metrics win, with what Spark knows of health, and the log says so', async () => {
    const lines: string[] = [];
    const logger = { log: () => {}, error: () => {}, warn: (line: string) => void lines.push(line) };
    const controllers = [OwnHealthController, OwnMetricsController];
    const own = await orders({ imports: [TerminusModule.forRoot({ logger: false })], controllers });
    const url = await listen(await create(platform, own, { logger }));
    expect((await ask(`${url}/metrics`)).text).toBe('own_metric 1');
    const ready = await ask(`${url}/health/ready`);
    expect([ready.status, ready.body]).toEqual([
      503,
      expect.objectContaining({
        status: 'error',
        error: { spark: expect.objectContaining({ status: 'down', nats: expect.anything() }) },
      }),
    ]);
    expect(
      lines.filter((line) => /itself has GET \/(?:health\/ready|metrics),.*forRoot/.test(line)),
    ).toHaveLength(2);
  });

  it('its own health behind its own prefix stays where it is', async () => {
    const own = await orders({
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [OwnHealthController],
    });
    const app = await create(platform, own);
    app.setGlobalPrefix('api');
    const url = await listen(app);
    expect((await ask(`${url}/api/health/ready`)).body).toHaveProperty('error.spark');
    expect((await ask(`${url}/metrics`)).status).toBe(200);
  });

  it('health and metrics lie where they are told to, or nowhere', async () => {
    const url = await listen(
      await create(platform, await orders({}, { health: 'internal/spark', metrics: false })),
    );
    expect((await ask(`${url}/internal/spark/live`)).status).toBe(200);
    expect((await ask(`${url}/health/live`)).status).toBe(404);
    expect((await ask(`${url}/metrics`)).status).toBe(404);
  });

  it.each([
    ['conflict', 409, 'urn:spark:problem:conflict'],
    ['refused', 500, 'urn:spark:problem:store-failed'],
    ['away', 503, 'urn:spark:problem:unavailable'],
  ])(
    'a typed error of the store (%s) is answered %i without any module for it',
    async (how, status, type) => {
      const url = await listen(await create(platform, await orders({ controllers: [FailingController] })));
      const answer = await ask(`${url}/failing/${how}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
      expect(answer.body).toMatchObject({ type });
      expect(answer.text).not.toContain('canary');
      // What is not Spark's stays with Nest.
      expect((await ask(`${url}/failing/else`)).body).toEqual({
        statusCode: 500,
        message: 'Internal server error',
      });
    },
  );

  it('its OpenAPI document has nothing of Spark unless it is asked for', async () => {
    const app = await create(platform, await orders());
    await listen(app);
    const make = () => SwaggerModule.createDocument(app, new DocumentBuilder().build());
    expect(Object.keys(make().paths)).toEqual(['/orders']);
    expect(make().components?.schemas ?? {}).toEqual({});
    const whole = withSparkRoutes(make);
    expect(Object.keys(whole.paths)).toEqual(
      expect.arrayContaining(['/orders', '/spark/etl/deploy', '/health/ready', '/metrics']),
    );
    expect(Object.keys(make().paths)).toEqual(['/orders']);
  });

  it('everything is logged by the logger of the application, pino', async () => {
    logged.splice(0);
    const app = await create(platform, await orders({ imports: [Pino] }), { bufferLogs: true });
    app.useLogger(app.get(Logger));
    const around: string[] = [];
    const written = [process.stdout, process.stderr].map((out) => {
      const write = out.write;
      out.write = (line: string | Uint8Array) => around.push(String(line)) > 0;
      return () => void (out.write = write);
    });
    try {
      const url = await listen(app);
      expect((await ask(`${url}/spark/replication`, { headers: OPERATOR })).status).toBe(200);
    } finally {
      for (const undo of written) undo();
    }
    expect(logged.map(({ context }) => context)).toEqual(
      expect.arrayContaining(['ModuleIdentity', 'JetStream']),
    );
    expect(around.join('')).not.toMatch(/ModuleIdentity|JetStream|Spark/);
  });
});
