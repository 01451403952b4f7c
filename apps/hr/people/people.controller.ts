import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { InjectRepository } from '@nestjs-spark/store';
import type { Response } from 'express';
import { found, sendCreated, sendPage } from '../../shared/rest/answers.ts';
import { ApiDocumentId, BY_ID, DocumentId } from '../../shared/rest/document-id.ts';
import { PageQuery } from '../../shared/rest/page-query.ts';
import { PersonInput, PersonView } from './person.dto.ts';
import { Person } from './person.ts';

@ApiTags('people')
@Controller('people')
export class PeopleController {
  private readonly people: Repository<Person>;

  constructor(@InjectRepository(Person) people: Repository<Person>) {
    this.people = people;
  }

  @Get()
  @ApiOperation({ summary: 'The people, a page at a time' })
  @ApiOkResponse({ type: [PersonView], description: 'A page; X-Total-Count has the total' })
  async list(
    @Query() page: PageQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PersonView[]> {
    return sendPage(response, await this.people.list(page));
  }

  @Get(BY_ID)
  @ApiOperation({ summary: 'One person' })
  @ApiDocumentId('people/1-A')
  @ApiOkResponse({ type: PersonView })
  async get(@DocumentId() id: string): Promise<PersonView> {
    return found(await this.people.get(id), 'person', id);
  }

  @Post()
  @ApiOperation({ summary: 'Create a person' })
  @ApiCreatedResponse({ type: PersonView })
  async create(
    @Body() input: PersonInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PersonView> {
    return sendCreated(response, '/people', await this.people.create(input));
  }

  @Put(BY_ID)
  @ApiOperation({ summary: 'Replace a person, or create it under this id' })
  @ApiDocumentId('people/1-A')
  @ApiOkResponse({ type: PersonView })
  async put(@DocumentId() id: string, @Body() input: PersonInput): Promise<PersonView> {
    return this.people.put(id, input);
  }

  @Delete(BY_ID)
  @ApiOperation({ summary: 'Delete a person' })
  @HttpCode(204)
  @ApiDocumentId('people/1-A')
  @ApiNoContentResponse()
  async delete(@DocumentId() id: string): Promise<void> {
    found(await this.people.delete(id), 'person', id);
  }
}
