import type { INestApplication } from '@nestjs/common';
import type { ApiTitle, Handle } from './describe-api.ts';

/** Creates the handler that serves the description of an app. */
type Describe = (app: INestApplication, title: ApiTitle) => Handle;

/** The paths of the description; apps may have other routes of their own below `/api/`. */
const ADDRESS = /^\/api(?:-json|-yaml|\/index\.html|\/swagger-ui[\w.-]*|\/favicon[\w.-]*)?\/?$/i;

/**
 * Serves OpenAPI at `/api`. The package that generates it is loaded with the first request for it: with its dependencies, it is
 * a quarter of all that an app would load, and most processes never get such a request.
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
    // What cannot be loaded now, for example because file descriptors have run out, may load a moment later.
    opened.catch(() => (opened = null));
    const handle = await opened;
    await handle(request, response, next);
  };
}
