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
import { PartialType } from '@nestjs/swagger';
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

/** Where else the documents can be read. */
interface Remote<T> {
  readonly entity: new () => T;
  readonly reads: RemoteReads;
}

/** The routes of one collection. A document's version is its `ETag`, which a write can require with `If-Match`. */
export abstract class DocumentsController<T extends object> {
  readonly #path: string;
  readonly #documents: Repository<T>;
  readonly #input: Type<object>;
  readonly #changes: Type<object>;
  readonly #pipe = new ValidationProblemPipe();
  readonly #remote: Remote<T> | null;
  readonly #defaults: () => Partial<T>;

  /** @param defaults the default fields of a whole document; in `input` they would also be part of every change */
  constructor(
    path: string,
    documents: Repository<T>,
    input: Type<object>,
    remote: Remote<T> | null = null,
    defaults: () => Partial<T> = () => ({}),
  ) {
    this.#remote = remote;
    this.#defaults = defaults;
    this.#path = path;
    this.#documents = documents;
    this.#input = input;
    this.#changes = PartialType(input);
  }

  @Get()
  async list(
    @Query() page: ReplicaPageQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Stored<T>[]> {
    if (this.#remote && page.from === 'peer') {
      const { from, value } = await this.#remote.reads.list(this.#remote.entity, page);
      response.setHeader(READ_FROM, from);
      return sendPage(response, value);
    }
    return sendPage(response, await this.#documents.list(page));
  }

  @Get(BY_ID)
  @ApiDocumentId('notes/1-A7K2Q')
  async get(
    @DocumentId() id: string,
    @Query() { from: whose }: ReplicaQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Stored<T>> {
    if (this.#remote && whose === 'peer') {
      const { from, value } = await this.#remote.reads.get(this.#remote.entity, id);
      response.setHeader(READ_FROM, from);
      return this.#send(response, found(value, 'document', id));
    }
    return this.#send(response, found(await this.#documents.get(id), 'document', id));
  }

  @Post()
  async create(@Body() body: unknown, @Res({ passthrough: true }) response: Response): Promise<Stored<T>> {
    const stored = await this.#documents.create(await this.#readWhole(body));
    return this.#send(response, sendCreated(response, this.#path, stored));
  }

  @Put(BY_ID)
  @ApiDocumentId('notes/1-A7K2Q')
  async put(
    @DocumentId() id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
    @Headers('if-match') expected?: string,
  ): Promise<Stored<T>> {
    return this.#send(response, await this.#putAs(id, await this.#readWhole(body), expected));
  }

  @Patch(BY_ID)
  @ApiDocumentId('notes/1-A7K2Q')
  async patch(
    @DocumentId() id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
    @Headers('if-match') expected?: string,
  ): Promise<Stored<T>> {
    const changes = (await this.#read(body, this.#changes)) as Partial<T>;
    if (expected === undefined) {
      return this.#send(response, found(await this.#documents.patch(id, changes), 'document', id));
    }
    const there = found(await this.#documents.get(id), 'document', id);
    return this.#send(response, await this.#putAs(id, Object.assign(there, changes), expected));
  }

  @Delete(BY_ID)
  @HttpCode(204)
  @ApiDocumentId('notes/1-A7K2Q')
  async delete(@DocumentId() id: string, @Headers('if-match') expected?: string): Promise<void> {
    found(await this.#documents.get(id), 'document', id);
    const deleting = this.#documents.delete(id, versionOf(expected));
    found(await asExpected(id, expected, deleting), 'document', id);
  }

  async #putAs(id: string, entity: T, expected: string | undefined): Promise<Stored<T>> {
    return asExpected(id, expected, this.#documents.put(id, entity, versionOf(expected)));
  }

  async #readWhole(body: unknown): Promise<T> {
    const given = (await this.#read(body, this.#input)) as T;
    const missing = Object.entries(this.#defaults()).filter(([name]) => given[name as keyof T] === undefined);
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
