/** What can be described of a field of a body or an answer. */
interface FieldWords {
  description?: string;
  example?: unknown;
  enum?: readonly unknown[];
  type?: unknown;
  format?: string;
  nullable?: boolean;
  required?: boolean;
  isArray?: boolean;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  additionalProperties?: unknown;
  items?: unknown;
}

/** What can be described of a body: a class, or a schema where there is no class. */
interface BodyWords extends FieldWords {
  schema?: SchemaWords;
}

/** The part of OpenAPI's schemas that bodies here need. */
interface SchemaWords {
  type: 'object' | 'array' | 'string' | 'integer';
  description?: string;
  enum?: string[];
  example?: unknown;
  items?: SchemaWords;
  properties?: Record<string, SchemaWords>;
  required?: string[];
  additionalProperties?: SchemaWords;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  maxLength?: number;
}

/** What can be described of an answer. */
interface AnswerWords {
  status?: number;
  description?: string;
  type?: unknown;
}

/** The supported decorators of `@nestjs/swagger`. */
export type DescriptionName =
  | 'ApiBearerAuth'
  | 'ApiBody'
  | 'ApiConsumes'
  | 'ApiOkResponse'
  | 'ApiOperation'
  | 'ApiProduces'
  | 'ApiProperty'
  | 'ApiPropertyOptional'
  | 'ApiQuery'
  | 'ApiResponse'
  | 'ApiSchema'
  | 'ApiTags';

/** Where a decorator is applied: a class, a method or a field. */
export type DescribedPlace = readonly [target: object, key?: string | symbol, descriptor?: unknown];

/** One recorded description. */
export interface Description {
  readonly name: DescriptionName;
  readonly words: readonly unknown[];
  readonly place: DescribedPlace;
}

const written: Description[] = [];

/**
 * The decorators of `@nestjs/swagger` under their own names. They only record their arguments, so that Spark runs without that
 * package; `withSparkRoutes`, behind a separate entry point, applies them when an application wants Spark's routes in its
 * document.
 */
export const ApiBearerAuth = later<[]>('ApiBearerAuth');
export const ApiBody = later<[BodyWords]>('ApiBody');
export const ApiConsumes = later<string[]>('ApiConsumes');
export const ApiOkResponse = later<[AnswerWords]>('ApiOkResponse');
export const ApiOperation = later<[{ summary: string }]>('ApiOperation');
export const ApiProduces = later<string[]>('ApiProduces');
export const ApiProperty = later<[FieldWords?]>('ApiProperty');
export const ApiPropertyOptional = later<[FieldWords?]>('ApiPropertyOptional');
export const ApiQuery = later<[FieldWords & { name: string }]>('ApiQuery');
export const ApiResponse = later<[AnswerWords]>('ApiResponse');
export const ApiSchema = later<[{ name: string }]>('ApiSchema');
export const ApiTags = later<string[]>('ApiTags');

/** What was recorded since the last call, in the order in which the classes were defined. */
export function takeDescriptions(): Description[] {
  return written.splice(0);
}

function later<Words extends readonly unknown[]>(name: DescriptionName) {
  return (...words: Words) =>
    (...place: DescribedPlace): void =>
      void written.push({ name, words, place });
}
