import { Module } from '@nestjs/common';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Car } from './car.ts';
import { Cars_Overview } from './cars-overview.ts';
import { CarsController } from './cars.controller.ts';

@Module({
  imports: [
    SparkStoreModule.forFeature([Car], { indexes: [Cars_Overview] }),
    SparkReplicationModule.forFeature([Car]),
  ],
  controllers: [CarsController],
})
export class CarsModule {}
