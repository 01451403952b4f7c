import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { withSparkRoutes } from '@nestjs-spark/observability/open-api';
import { buildPage } from '../../tools/page/build-page.ts';

const APPS: readonly (readonly [string, () => Promise<Type>])[] = [
  ['console', async () => (await import('../../apps/console/console.module.ts')).ConsoleModule],
  ['dataflow', async () => (await import('../../apps/dataflow/dataflow.module.ts')).DataflowModule],
  ['fleet', async () => (await import('../../apps/fleet/fleet.module.ts')).FleetModule],
  ['hr', async () => (await import('../../apps/hr/hr.module.ts')).HrModule],
  ['jobs', async () => (await import('../../apps/jobs/jobs.module.ts')).JobsModule],
  ['notes', async () => (await import('../../apps/notes/notes.module.ts')).NotesModule],
];
const CONSOLE = join(import.meta.dirname, '..', '..', 'libs', 'systems', 'console');
const WITH_BODY = ['post', 'put', 'patch'];

interface Operation {
  /** `POST /cars` */
  route: string;
  verb: string;
  /** The controller's and the method's name, separated by a dot. */
  handler: string;
  summary: string | undefined;
  hasBody: boolean;
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(
      item as Record<string, { operationId: string; summary?: string; requestBody?: object }>,
    ).map(([verb, { operationId, summary, requestBody }]) => ({
      route: `${verb.toUpperCase()} ${path}`,
      verb,
      // A handler of several paths is numbered.
      handler: operationId.replace(/\[\d+\]$/, ''),
      summary,
      hasBody: requestBody !== undefined,
    })),
  );
}

/** The routes that refuse every field of a body, as `ReadsNoFields` and `TakesNoFields` mark them. */
function withoutFields(app: INestApplication): Set<string> {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules
    .flatMap((module) => [...module.controllers.values()])
    .map(({ metatype }) => metatype);
  const handlers = controllers.flatMap((controller) => {
    const { name, prototype } = controller as Type;
    return Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(
      ([method, { value }]) => [`${name}.${method}`, value as unknown] as const,
    );
  });
  const refuses = (handler: unknown): boolean => {
    if (typeof handler !== 'function') return false;
    const guards = (Reflect.getMetadata(GUARDS_METADATA, handler) ?? []) as object[];
    return guards.some((guard) => guard.constructor.name === 'NoFields');
  };
  return new Set(handlers.filter(([, handler]) => refuses(handler)).map(([name]) => name));
}

describe('The OpenAPI document', () => {
  const before = { ...process.env };
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-described-'));
    Object.assign(process.env, {
      PORT: '5001',
      SPARK_MODULE_NAME: 'Described',
      SPARK_DATA_DIR: folder,
      SPARK_KEYS_DIR: join(folder, 'keys'),
      SPARK_STORE: `sqlite:${join(folder, 'described.db')}`,
      SPARK_PEERS_SERVICE: 'notes',
      SPARK_PEERS_NODE: 'a',
    });
    if (!existsSync(join(CONSOLE, 'dist', 'page'))) await buildPage(CONSOLE);
  });
  afterAll(async () => {
    process.env = { ...before };
    await rm(folder, { recursive: true, force: true });
  });

  it.each(APPS)(
    'of %s has a summary for each operation, and a body wherever one is read',
    async (_, load) => {
      const app = await NestFactory.create(await load(), { logger: false, abortOnError: false });
      const operationIdFactory = (controller: string, method: string) => `${controller}.${method}`;
      const document = withSparkRoutes(() =>
        SwaggerModule.createDocument(app, new DocumentBuilder().build(), { operationIdFactory }),
      );
      const operations = operationsOf(document);
      const refuse = withoutFields(app);
      await app.close();
      expect(operations.length).toBeGreaterThan(0);
      expect(operations.filter(({ summary }) => !summary).map(({ route }) => route)).toEqual([]);
      const reading = operations.filter(
        ({ verb, handler }) => WITH_BODY.includes(verb) && !refuse.has(handler),
      );
      expect(reading.filter(({ hasBody }) => !hasBody).map(({ route }) => route)).toEqual([]);
      const refusing = operations.filter(({ handler }) => refuse.has(handler));
      expect(refusing.filter(({ hasBody }) => hasBody).map(({ route }) => route)).toEqual([]);
    },
  );
});
