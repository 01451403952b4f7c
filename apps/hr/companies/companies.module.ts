import { Module } from '@nestjs/common';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Company } from './company.ts';
import { CompaniesController } from './companies.controller.ts';

@Module({
  imports: [SparkStoreModule.forFeature([Company])],
  controllers: [CompaniesController],
})
export class CompaniesModule {}
