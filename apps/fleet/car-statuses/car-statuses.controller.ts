import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CAR_STATUSES } from './car-status.ts';

class CarStatusView {
  @ApiProperty({ example: 'InUse' })
  key!: string;

  @ApiProperty({ example: 'In use' })
  label!: string;
}

@ApiTags('car-statuses')
@Controller('car-statuses')
export class CarStatusesController {
  @Get()
  @ApiOperation({ summary: 'The statuses that a car can have' })
  @ApiOkResponse({ type: [CarStatusView] })
  list(): readonly CarStatusView[] {
    return CAR_STATUSES;
  }
}
