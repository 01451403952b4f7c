import { Module } from '@nestjs/common';

/** Host of the classes that `forFeature` makes findable. */
@Module({})
export class ReplicationFeatureModule {}
