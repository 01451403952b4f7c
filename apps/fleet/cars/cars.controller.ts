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
import { CarInput, CarView } from './car.dto.ts';
import { Car } from './car.ts';

@ApiTags('cars')
@Controller('cars')
export class CarsController {
  private readonly cars: Repository<Car>;

  constructor(@InjectRepository(Car) cars: Repository<Car>) {
    this.cars = cars;
  }

  @Get()
  @ApiOperation({ summary: 'The cars, a page at a time' })
  @ApiOkResponse({ type: [CarView], description: 'A page; X-Total-Count has the total' })
  async list(@Query() page: PageQuery, @Res({ passthrough: true }) response: Response): Promise<CarView[]> {
    return sendPage(response, await this.cars.list(page));
  }

  @Get(BY_ID)
  @ApiOperation({ summary: 'One car' })
  @ApiDocumentId('cars/1-A')
  @ApiOkResponse({ type: CarView })
  async get(@DocumentId() id: string): Promise<CarView> {
    return found(await this.cars.get(id), 'car', id);
  }

  @Post()
  @ApiOperation({ summary: 'Create a car' })
  @ApiCreatedResponse({ type: CarView })
  async create(@Body() input: CarInput, @Res({ passthrough: true }) response: Response): Promise<CarView> {
    return sendCreated(response, '/cars', await this.cars.create(input));
  }

  @Put(BY_ID)
  @ApiOperation({ summary: 'Replace a car, or create it under this id' })
  @ApiDocumentId('cars/1-A')
  @ApiOkResponse({ type: CarView })
  async put(
    @DocumentId() id: string,
    @Body() input: CarInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CarView> {
    return sendStored(response, await this.cars.put(id, input));
  }

  @Delete(BY_ID)
  @ApiOperation({ summary: 'Delete a car' })
  @HttpCode(204)
  @ApiDocumentId('cars/1-A')
  @ApiNoContentResponse()
  async delete(@DocumentId() id: string, @Res({ passthrough: true }) response: Response): Promise<void> {
    sendChange(response, found(await this.cars.delete(id), 'car', id));
  }
}
