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
import { found, sendChange, sendCreated, sendPage, sendStored } from '../../shared/rest/answers.ts';
import { ApiDocumentId, BY_ID, DocumentId } from '../../shared/rest/document-id.ts';
import { PageQuery } from '../../shared/rest/page-query.ts';
import { CarBrandInput, CarBrandView } from './car-brand.dto.ts';
import { CarBrand } from './car-brand.ts';

@ApiTags('car-brands')
@Controller('car-brands')
export class CarBrandsController {
  private readonly carBrands: Repository<CarBrand>;

  constructor(@InjectRepository(CarBrand) carBrands: Repository<CarBrand>) {
    this.carBrands = carBrands;
  }

  @Get()
  @ApiOperation({ summary: 'The car brands, a page at a time' })
  @ApiOkResponse({
    type: [CarBrandView],
    description: 'A page; X-Total-Count has the total',
  })
  async list(
    @Query() page: PageQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CarBrandView[]> {
    return sendPage(response, await this.carBrands.list(page));
  }

  @Get(BY_ID)
  @ApiOperation({ summary: 'One car brand' })
  @ApiDocumentId('carBrands/1-A')
  @ApiOkResponse({ type: CarBrandView })
  async get(@DocumentId() id: string): Promise<CarBrandView> {
    return found(await this.carBrands.get(id), 'car brand', id);
  }

  @Post()
  @ApiOperation({ summary: 'Create a car brand' })
  @ApiCreatedResponse({ type: CarBrandView })
  async create(
    @Body() input: CarBrandInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CarBrandView> {
    return sendCreated(response, '/car-brands', await this.carBrands.create(input));
  }

  @Put(BY_ID)
  @ApiOperation({ summary: 'Replace a car brand, or create it under this id' })
  @ApiDocumentId('carBrands/1-A')
  @ApiOkResponse({ type: CarBrandView })
  async put(
    @DocumentId() id: string,
    @Body() input: CarBrandInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CarBrandView> {
    return sendStored(response, await this.carBrands.put(id, input));
  }

  @Delete(BY_ID)
  @ApiOperation({ summary: 'Delete a car brand' })
  @HttpCode(204)
  @ApiDocumentId('carBrands/1-A')
  @ApiNoContentResponse()
  async delete(@DocumentId() id: string, @Res({ passthrough: true }) response: Response): Promise<void> {
    sendChange(response, found(await this.carBrands.delete(id), 'car brand', id));
  }
}
