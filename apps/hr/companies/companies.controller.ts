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
import { CompanyInput, CompanyView } from './company.dto.ts';
import { Company } from './company.ts';

@ApiTags('companies')
@Controller('companies')
export class CompaniesController {
  private readonly companies: Repository<Company>;

  constructor(@InjectRepository(Company) companies: Repository<Company>) {
    this.companies = companies;
  }

  @Get()
  @ApiOperation({ summary: 'The companies, a page at a time' })
  @ApiOkResponse({ type: [CompanyView], description: 'A page; X-Total-Count has the total' })
  async list(
    @Query() page: PageQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CompanyView[]> {
    return sendPage(response, await this.companies.list(page));
  }

  @Get(BY_ID)
  @ApiOperation({ summary: 'One company' })
  @ApiDocumentId('companies/1-A')
  @ApiOkResponse({ type: CompanyView })
  async get(@DocumentId() id: string): Promise<CompanyView> {
    return found(await this.companies.get(id), 'company', id);
  }

  @Post()
  @ApiOperation({ summary: 'Create a company' })
  @ApiCreatedResponse({ type: CompanyView })
  async create(
    @Body() input: CompanyInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CompanyView> {
    return sendCreated(response, '/companies', await this.companies.create(input));
  }

  @Put(BY_ID)
  @ApiOperation({ summary: 'Replace a company, or create it under this id' })
  @ApiDocumentId('companies/1-A')
  @ApiOkResponse({ type: CompanyView })
  async put(@DocumentId() id: string, @Body() input: CompanyInput): Promise<CompanyView> {
    return this.companies.put(id, input);
  }

  @Delete(BY_ID)
  @ApiOperation({ summary: 'Delete a company' })
  @HttpCode(204)
  @ApiDocumentId('companies/1-A')
  @ApiNoContentResponse()
  async delete(@DocumentId() id: string): Promise<void> {
    found(await this.companies.delete(id), 'company', id);
  }
}
