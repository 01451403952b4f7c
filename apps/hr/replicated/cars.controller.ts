import { All, Controller, Get, Headers, Optional, Query, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CHANGE_HEADER, ProblemError, Repository } from '@nestjs-spark/contracts';
import { ReplicationStatus } from '@nestjs-spark/replication';
import { InjectRepository } from '@nestjs-spark/store';
import type { Response } from 'express';
import { found, sendPage } from '../../shared/rest/answers.ts';
import { ApiDocumentId, BY_ID, DocumentId } from '../../shared/rest/document-id.ts';
import { PageQuery } from '../../shared/rest/page-query.ts';
import { CarView } from './car.dto.ts';
import { Car } from './car.ts';

/** The copies of Fleet's cars: read-only. */
@ApiTags('cars')
@Controller('cars')
export class CarsController {
  private readonly cars: Repository<Car>;
  private readonly replication: ReplicationStatus | undefined;

  constructor(@InjectRepository(Car) cars: Repository<Car>, @Optional() replication?: ReplicationStatus) {
    this.cars = cars;
    this.replication = replication;
  }

  @Get()
  @ApiOperation({ summary: "The copies of Fleet's cars, a page at a time" })
  @ApiOkResponse({ type: [CarView], description: 'A page; X-Total-Count has the total' })
  async list(@Query() page: PageQuery, @Res({ passthrough: true }) response: Response): Promise<CarView[]> {
    return sendPage(response, await this.cars.list(page));
  }

  @Get(BY_ID)
  @ApiOperation({ summary: "The copy of one of Fleet's cars" })
  @ApiDocumentId('cars/1-A')
  @ApiHeader({
    name: CHANGE_HEADER,
    required: false,
    description:
      "The header of Fleet's answer to a write: the car is returned once that write has arrived here",
  })
  @ApiOkResponse({ type: CarView })
  async get(@DocumentId() id: string, @Headers(CHANGE_HEADER) change?: string): Promise<CarView> {
    if (change) await this.replication?.whenArrived({ owner: 'Fleet', collection: 'Cars', change });
    return found(await this.cars.get(id), 'car', id);
  }

  @All(['', BY_ID])
  @ApiExcludeEndpoint()
  refuse(@Res({ passthrough: true }) response: Response): never {
    response.setHeader('Allow', 'GET, HEAD');
    throw new ProblemError('readOnly', 'These cars are copies. Change them in Fleet, which owns them.');
  }
}
