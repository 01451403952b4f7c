import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkProblemModule } from '@nestjs-spark/observability';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { CompaniesModule } from './companies/companies.module.ts';
import { PeopleModule } from './people/people.module.ts';
import { ReplicatedModule } from './replicated/replicated.module.ts';
import { StrictRequestsModule } from '../shared/rest/strict-requests.module.ts';

@Module({
  imports: [
    SparkProblemModule,
    SparkAuthModule.forRoot(),
    StrictRequestsModule,
    SparkStoreModule.forRoot(),
    SparkReplicationModule.forRoot(),
    PeopleModule,
    CompaniesModule,
    ReplicatedModule,
  ],
})
export class HrModule {}
