import { Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiResponse,
  ApiSchema,
} from '@nestjs-spark/observability/internal';
import { FromCaller, requireOperator, type Caller } from '../admit/caller.ts';
import { FromBody } from '../admit/from-body.ts';
import { IsThumbprint } from '../admit/rules.ts';
import { SparkController } from '../admit/spark-controller.ts';
import { KeyRing } from '../identify/key-ring.ts';
import { KeyView } from '../identify/view-keys.ts';

@ApiSchema({ name: 'KeyApproval' })
export class KeyApproval {
  @ApiProperty({ example: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', description: 'RFC 7638 thumbprint' })
  @IsThumbprint()
  keyId!: string;
}

/** The other modules' keys, for operators. */
@SparkController('keys', { bodyBytes: 1_024 })
export class KeysController {
  constructor(private readonly keys: KeyRing) {}

  @Get()
  @ApiOperation({ summary: 'The keys of other modules, and which are trusted (operators only)' })
  @ApiOkResponse({ type: [KeyView] })
  list(@FromCaller() caller: Caller): Promise<KeyView[]> {
    requireOperator(caller);
    return this.keys.survey();
  }

  @Post(':module/approve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Trust the registered key of a module (operators only)' })
  @ApiOkResponse({ type: KeyView })
  @ApiResponse({ status: 404, description: 'The module has not registered that key' })
  approve(
    @FromCaller() caller: Caller,
    @Param('module') module: string,
    @FromBody(KeyApproval) { keyId }: KeyApproval,
  ): Promise<KeyView> {
    requireOperator(caller);
    return this.keys.approve(module, keyId);
  }
}
