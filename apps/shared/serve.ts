import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { explainError } from '@nestjs-spark/foundation';
import type { ApiTitle } from './describe-api.ts';
import { serveOpenApi } from './open-api.ts';
import { StartLogger } from './start-logger.ts';

interface AppDescription extends ApiTitle {
  /** Leaves bodies to the routes, which read them themselves. Default false. */
  ownBodies?: boolean;
}

/** Creates the app as it is served and tested: OpenAPI at `/api`, graceful shutdown on SIGTERM and Ctrl-C. */
async function createApp(
  root: Type,
  { ownBodies = false, ...title }: AppDescription,
): Promise<INestApplication> {
  const app = await NestFactory.create(root, {
    logger: new StartLogger(),
    abortOnError: false,
    bodyParser: !ownBodies,
  });
  app.enableShutdownHooks();
  serveOpenApi(app, title);
  return app;
}

/**
 * Starts the app. If it cannot start, its last line says why and what to do about it, and it exits with code 1.
 * @param load imports its root module, which may already refuse a variable
 */
export async function serve(load: () => Promise<Type>, description: AppDescription): Promise<void> {
  let app: INestApplication | undefined;
  try {
    const port = portFromEnvironment();
    app = await createApp(await load(), description);
    // To make it reachable from other machines: HOST=0.0.0.0.
    await app
      .listen(port, process.env['HOST'] || '127.0.0.1')
      .catch((error: unknown) => Promise.reject(portTaken(error, port)));
  } catch (error) {
    process.stderr.write(`${description.name} cannot start. ${explainError(error)}\n`);
    await app?.close();
    process.exit(1);
  }
}

function portFromEnvironment(): number {
  const text = process.env['PORT'] ?? '';
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`PORT is ${JSON.stringify(text)}; it has to be a port number from 1 to 65535.`);
}

function portTaken(error: unknown, port: number): unknown {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!isTaken) return error;
  return new Error(
    `Something else listens on port ${port}. ` +
      'Stop it, or choose another port with PORT (and SPARK_MODULE_URL, where that is set).',
  );
}
