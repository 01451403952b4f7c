import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { Request } from 'express';

/**
 * The rest of a path as a document id. Ids contain slashes, so the route matches everything that follows: `/cars/cars/1-A` and
 * `/cars/cars%2F1-A` are the same car.
 */
export const BY_ID = '*id';

/** The document id in a route that ends in {@link BY_ID}. */
export const DocumentId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { id } = context.switchToHttp().getRequest<Request>().params;
  return Array.isArray(id) ? id.join('/') : (id ?? '');
});

/** Shows the id in the OpenAPI document, with an example such as `cars/1-A`. */
export const ApiDocumentId = (example: string) =>
  ApiParam({ name: 'id', example, description: `The document's id with its slash, raw or as %2F` });
