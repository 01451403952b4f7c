import { Module } from '@nestjs/common';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Car } from './car.ts';
import { CarNewsController } from './car-news.controller.ts';
import { CarNews } from './car-news.ts';
import { CarsController } from './cars.controller.ts';

@Module({
  imports: [SparkStoreModule.forFeature([Car]), SparkReplicationModule.forFeature([Car])],
  controllers: [CarsController, CarNewsController],
  providers: [CarNews],
})
export class ReplicatedModule {}
