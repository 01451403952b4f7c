import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/** How an app presents itself to its users. */
export interface ApiTitle {
  /** The module's name, as in the registry. */
  name: string;
  description: string;
}

/** Handles a request, or passes it on. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>;

/** Makes what serves the description of an app. */
type Describe = (app: INestApplication, title: ApiTitle) => Handle;

/** The addresses of the description; below `/api/`, apps may have routes of their own. */
const ADDRESS = /^\/api(?:-json|-yaml|\/index\.html|\/swagger-ui[\w.-]*|\/favicon[\w.-]*)?\/?$/;

/**
 * Serves OpenAPI at `/api`. The package that makes it is loaded when it is first asked for: with what it needs, it is a quarter
 * of all that an app would load, and most processes are never asked.
 * @param load replaced in tests
 */
export function serveOpenApi(
  app: INestApplication,
  title: ApiTitle,
  load: () => Promise<Describe> = async () => (await import('./describe-api.ts')).describeApi,
): void {
  app.use(whenAsked(async () => (await load())(app, title)));
}

function whenAsked(open: () => Promise<Handle>): Handle {
  let opened: Promise<Handle> | null = null;
  return async (request, response, next) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (!ADDRESS.test(path)) return next();
    opened ??= open();
    // What cannot be loaded now, as when file descriptors are short, may be a moment later.
    opened.catch(() => (opened = null));
    const handle = await opened;
    await handle(request, response, next);
  };
}
