import { Module } from '@nestjs/common';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Car } from './car.ts';
import { CarNewsController } from './car-news.controller.ts';
import { CarNews } from './car-news.ts';
import { CarsController } from './cars.controller.ts';

/** Each copy is reported to `CarNews`, with its record; `HR_CAR_NEWS=off` shows what that costs. */
const hasNews = process.env['HR_CAR_NEWS'] !== 'off';

@Module({
  imports: [SparkStoreModule.forFeature([Car]), SparkReplicationModule.forFeature([Car])],
  controllers: [CarsController, ...(hasNews ? [CarNewsController] : [])],
  providers: hasNews ? [CarNews] : [],
})
export class ReplicatedModule {}
