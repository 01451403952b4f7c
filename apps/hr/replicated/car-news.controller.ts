import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CarNewsView } from './car.dto.ts';
import { CarNews, type CarNewsItem } from './car-news.ts';

@ApiTags('cars')
@Controller('car-news')
export class CarNewsController {
  private readonly news: CarNews;

  constructor(news: CarNews) {
    this.news = news;
  }

  @Get()
  @ApiOperation({ summary: 'What has happened to the copies of cars' })
  @ApiOkResponse({
    type: [CarNewsView],
    description: 'The latest 20 that the answering instance has handled, newest first',
  })
  list(): readonly CarNewsItem[] {
    return this.news.latest();
  }
}
