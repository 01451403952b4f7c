import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkProblemModule } from '@nestjs-spark/observability';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { CarBrandsModule } from './car-brands/car-brands.module.ts';
import { CarStatusesController } from './car-statuses/car-statuses.controller.ts';
import { CarsModule } from './cars/cars.module.ts';
import { StrictRequestsModule } from '../shared/rest/strict-requests.module.ts';

@Module({
  imports: [
    SparkProblemModule,
    SparkAuthModule.forRoot(),
    StrictRequestsModule,
    SparkStoreModule.forRoot(),
    SparkReplicationModule.forRoot(),
    CarsModule,
    CarBrandsModule,
  ],
  controllers: [CarStatusesController],
})
export class FleetModule {}
