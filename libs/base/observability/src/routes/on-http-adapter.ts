import type { HttpAdapterHost } from '@nestjs/core';

type HttpAdapter = HttpAdapterHost['httpAdapter'];

/**
 * Calls back before the first request and before any middleware of the application.
 * @param use its argument is null in an application without HTTP
 */
export function onHttpAdapter(host: HttpAdapterHost, use: (adapter: HttpAdapter | null) => void): void {
  // Nest returns null when there is none, contrary to its types.
  host.init$.subscribe(() => use(host.httpAdapter as HttpAdapter | null));
}
