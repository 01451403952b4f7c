import {
  applyDecorators,
  Body,
  Delete,
  Get,
  Headers,
  HttpCode,
  Patch,
  Post,
  Put,
  Query,
  Res,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { ApiBody, ApiOperation, ApiSchema, PartialType } from '@nestjs/swagger';
import { type Repository, type Stored, VERSION } from '@nestjs-spark/contracts';
import { ValidationProblemPipe } from '@nestjs-spark/observability';
import type { RemoteReads } from '@nestjs-spark/peers';
import type { Response } from 'express';
import { found, sendCreated, sendPage } from '../../shared/rest/answers.ts';
import { ApiDocumentId, BY_ID, DocumentId } from '../../shared/rest/document-id.ts';
import { asExpected, tagOf, versionOf } from './entity-tag.ts';
import { NotesReadyGuard, READ_FROM, ReplicaPageQuery, ReplicaQuery } from './from-peer.ts';

/** Routes over shared documents: 503 until this replica is complete; reads with `?from=peer` are answered by one that is. */
export const ReplicaRoutes = () => applyDecorators(UseGuards(NotesReadyGuard));

/** One collection, as its routes present it. */
interface Collection<T> {
  /** The path of its routes: `/notes`. */
  path: string;
  /** The singular noun for its documents: `note`. */
  one: string;
  /** The plural; default: the singular with an `s`. */
  many?: string;
  entity: new () => T;
  input: Type<object>;
  /** The default fields of a whole document; in `input` they would also be part of every change. */
  defaults?: () => Partial<T>;
}

/**
 * The base class for the controller of one collection. A document's version is its `ETag`, which a write can require with `If-Match`.
 * Each collection has its own base class, because decorators describe its routes in OpenAPI, with its own fields.
 */
export function documentsController<T extends object>({
  path,
  one,
  many = `${one}s`,
  entity,
  input,
  defaults = () => ({}),
}: Collection<T>) {
  @ApiSchema({ name: `${entity.name}Changes` })
  class Changes extends PartialType(input) {}

  abstract class DocumentsController {
    readonly #documents: Repository<T>;
    readonly #pipe = new ValidationProblemPipe();
    readonly #reads: RemoteReads | null;

    /** @param reads where else the documents can be read */
    constructor(documents: Repository<T>, reads: RemoteReads | null = null) {
      this.#documents = documents;
      this.#reads = reads;
    }

    @Get()
    @ApiOperation({ summary: `The ${many}, a page at a time` })
    async list(
      @Query() page: ReplicaPageQuery,
      @Res({ passthrough: true }) response: Response,
    ): Promise<Stored<T>[]> {
      if (this.#reads && page.from === 'peer') {
        const { from, value } = await this.#reads.list(entity, page);
        response.setHeader(READ_FROM, from);
        return sendPage(response, value);
      }
      return sendPage(response, await this.#documents.list(page));
    }

    @Get(BY_ID)
    @ApiOperation({ summary: `One ${one}` })
    @ApiDocumentId(`${path.slice(1)}/1-A7K2Q`)
    async get(
      @DocumentId() id: string,
      @Query() { from: whose }: ReplicaQuery,
      @Res({ passthrough: true }) response: Response,
    ): Promise<Stored<T>> {
      if (this.#reads && whose === 'peer') {
        const { from, value } = await this.#reads.get(entity, id);
        response.setHeader(READ_FROM, from);
        return this.#send(response, found(value, 'document', id));
      }
      return this.#send(response, found(await this.#documents.get(id), 'document', id));
    }

    @Post()
    @ApiOperation({ summary: `Create a ${one}` })
    @ApiBody({ type: input })
    async create(@Body() body: unknown, @Res({ passthrough: true }) response: Response): Promise<Stored<T>> {
      const stored = await this.#documents.create(await this.#readWhole(body));
      return this.#send(response, sendCreated(response, path, stored));
    }

    @Put(BY_ID)
    @ApiOperation({ summary: `Replace a ${one}, or create it under this id` })
    @ApiBody({ type: input })
    @ApiDocumentId(`${path.slice(1)}/1-A7K2Q`)
    async put(
      @DocumentId() id: string,
      @Body() body: unknown,
      @Res({ passthrough: true }) response: Response,
      @Headers('if-match') expected?: string,
    ): Promise<Stored<T>> {
      return this.#send(response, await this.#putAs(id, await this.#readWhole(body), expected));
    }

    @Patch(BY_ID)
    @ApiOperation({ summary: `Change fields of a ${one}` })
    @ApiBody({ type: Changes })
    @ApiDocumentId(`${path.slice(1)}/1-A7K2Q`)
    async patch(
      @DocumentId() id: string,
      @Body() body: unknown,
      @Res({ passthrough: true }) response: Response,
      @Headers('if-match') expected?: string,
    ): Promise<Stored<T>> {
      const changes = (await this.#read(body, Changes)) as Partial<T>;
      if (expected === undefined) {
        return this.#send(response, found(await this.#documents.patch(id, changes), 'document', id));
      }
      const there = found(await this.#documents.get(id), 'document', id);
      return this.#send(response, await this.#putAs(id, Object.assign(there, changes), expected));
    }

    @Delete(BY_ID)
    @ApiOperation({ summary: `Delete a ${one}` })
    @HttpCode(204)
    @ApiDocumentId(`${path.slice(1)}/1-A7K2Q`)
    async delete(@DocumentId() id: string, @Headers('if-match') expected?: string): Promise<void> {
      found(await this.#documents.get(id), 'document', id);
      const deleting = this.#documents.delete(id, versionOf(expected));
      found(await asExpected(id, expected, deleting), 'document', id);
    }

    async #putAs(id: string, document: T, expected: string | undefined): Promise<Stored<T>> {
      return asExpected(id, expected, this.#documents.put(id, document, versionOf(expected)));
    }

    async #readWhole(body: unknown): Promise<T> {
      const given = (await this.#read(body, input)) as T;
      const missing = Object.entries(defaults()).filter(([name]) => given[name as keyof T] === undefined);
      return Object.assign(given, Object.fromEntries(missing));
    }

    #read(body: unknown, metatype: Type<object>): Promise<unknown> {
      return this.#pipe.transform(body, { type: 'body', metatype });
    }

    #send(response: Response, stored: Stored<T>): Stored<T> {
      const tag = tagOf(stored[VERSION]);
      if (tag !== null) response.setHeader('ETag', tag);
      return stored;
    }
  }

  return DocumentsController;
}
