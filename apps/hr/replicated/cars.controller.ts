import { All, Controller, Get, Query, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ProblemError, Repository } from '@nestjs-spark/contracts';
import { InjectRepository } from '@nestjs-spark/store';
import type { Response } from 'express';
import { found, sendPage } from '../../shared/rest/answers.ts';
import { ApiDocumentId, BY_ID, DocumentId } from '../../shared/rest/document-id.ts';
import { PageQuery } from '../../shared/rest/page-query.ts';
import { CarView } from './car.dto.ts';
import { Car } from './car.ts';

/** The copies of Fleet's cars: to be read only. */
@ApiTags('cars')
@Controller('cars')
export class CarsController {
  private readonly cars: Repository<Car>;

  constructor(@InjectRepository(Car) cars: Repository<Car>) {
    this.cars = cars;
  }

  @Get()
  @ApiOkResponse({ type: [CarView], description: 'A page; X-Total-Count says how many there are in all' })
  async list(@Query() page: PageQuery, @Res({ passthrough: true }) response: Response): Promise<CarView[]> {
    return sendPage(response, await this.cars.list(page));
  }

  @Get(BY_ID)
  @ApiDocumentId('cars/1-A')
  @ApiOkResponse({ type: CarView })
  async get(@DocumentId() id: string): Promise<CarView> {
    return found(await this.cars.get(id), 'car', id);
  }

  @All(['', BY_ID])
  @ApiExcludeEndpoint()
  refuse(@Res({ passthrough: true }) response: Response): never {
    response.setHeader('Allow', 'GET, HEAD');
    throw new ProblemError('readOnly', 'These cars are copies. Change them in Fleet, which owns them.');
  }
}
