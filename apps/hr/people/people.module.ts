import { Module } from '@nestjs/common';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Person } from './person.ts';
import { People_Overview } from './people-overview.ts';
import { PeopleController } from './people.controller.ts';

@Module({
  imports: [SparkStoreModule.forFeature([Person], { indexes: [People_Overview] })],
  controllers: [PeopleController],
})
export class PeopleModule {}
