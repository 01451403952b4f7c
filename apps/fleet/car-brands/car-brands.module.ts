import { Module } from '@nestjs/common';
import { SparkStoreModule } from '@nestjs-spark/store';
import { CarBrand } from './car-brand.ts';
import { CarBrandsController } from './car-brands.controller.ts';

@Module({
  imports: [SparkStoreModule.forFeature([CarBrand])],
  controllers: [CarBrandsController],
})
export class CarBrandsModule {}
