import { isDeepStrictEqual } from 'node:util';
import { Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiResponse,
  ApiSchema,
  invalidFields,
  nodeRequest,
  type PlatformRequest,
} from '@nestjs-spark/observability/internal';
import {
  AuditTrail,
  FromBody,
  FromCaller,
  requireOperator,
  SparkController,
  type Caller,
} from '@nestjs-spark/modules/internal';
import { IsInt, IsObject, IsOptional, Min } from 'class-validator';
import { checkValues } from '../change/check-values.ts';
import { CentralSettings } from '../refresh/central-settings.ts';
import {
  SettingsChangeView,
  SettingsVersionView,
  SettingsView,
  viewChange,
  viewSettings,
} from './settings-view.ts';

/** `Readonly<Record<string, string>>`: settings that are only read at startup, with their variables. */
export const START_ONLY = Symbol('SPARK_START_ONLY_SETTINGS');

@ApiSchema({ name: 'WantedSettings' })
export class WantedSettings {
  @ApiProperty({
    type: Object,
    description: 'Values by name, as JSON or in the syntax of a variable; null removes the central value',
    example: { batchDocuments: 512 },
  })
  @IsObject({ message: '$property must be an object of values by name' })
  values!: Record<string, unknown>;
}

@ApiSchema({ name: 'SettingsRollback' })
export class SettingsRollback {
  @ApiProperty({ type: Number, required: false, description: 'Default: the version before the current one' })
  @IsOptional()
  @IsInt({ message: '$property must be a version' })
  @Min(1, { message: '$property must be a version' })
  version?: number;
}

/** The settings of this module, for operators. */
@SparkController('settings', { bodyBytes: 16 * 1024 })
export class SettingsController {
  constructor(
    private readonly central: CentralSettings,
    private readonly trail: AuditTrail,
    @Inject(START_ONLY) private readonly startOnly: Readonly<Record<string, string>>,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The settings in use, and where each comes from (operators only)' })
  @ApiOkResponse({ type: SettingsView })
  show(@FromCaller() caller: Caller): SettingsView {
    requireOperator(caller);
    return viewSettings(this.central, this.startOnly);
  }

  @Get('history')
  @ApiOperation({ summary: 'The versions, newest first (operators only)' })
  @ApiOkResponse({ type: [SettingsVersionView] })
  history(@FromCaller() caller: Caller): SettingsVersionView[] {
    requireOperator(caller);
    return this.central.history;
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Change settings of all instances, without a restart (operators only)' })
  @ApiOkResponse({ type: SettingsChangeView })
  @ApiResponse({ status: 400, description: 'A value is invalid; nothing was changed' })
  @ApiResponse({
    status: 503,
    description: 'The settings cannot be stored at the moment; the answer says when that is not certain',
  })
  async set(
    @FromCaller() caller: Caller,
    @FromBody(WantedSettings) wanted: WantedSettings,
    @Req() request: PlatformRequest,
  ): Promise<SettingsChangeView> {
    requireOperator(caller);
    const { values, faults } = checkValues(this.central.live.schema, this.startOnly, wanted.values);
    if (faults.length > 0) {
      this.trail.explain(nodeRequest(request), faults.map(({ detail }) => detail).join('; '));
      throw invalidFields(faults);
    }
    await this.central.change(values);
    return this.answer([...values.keys()], request);
  }

  @Post('rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'Set the values of an earlier version again (operators only)' })
  @ApiOkResponse({ type: SettingsChangeView })
  @ApiResponse({ status: 404, description: 'No such version' })
  @ApiResponse({ status: 409, description: 'Somebody else changed the settings at the same time' })
  async rollBack(
    @FromCaller() caller: Caller,
    @FromBody(SettingsRollback, { mayBeAbsent: true }) { version }: SettingsRollback,
    @Req() request: PlatformRequest,
  ): Promise<SettingsChangeView> {
    requireOperator(caller);
    const before = this.central.current?.values ?? {};
    const { values } = await this.central.rollBack(version ?? null);
    return this.answer(differing(before, values), request);
  }

  private answer(names: readonly string[], request: PlatformRequest): SettingsChangeView {
    const view = viewChange(this.central, names);
    const set = view.changed.map(({ name, central }) => `${name}=${JSON.stringify(central)}`);
    this.trail.explain(nodeRequest(request), `settings version ${view.version}: ${set.join(', ')}`);
    return view;
  }
}

type Values = Readonly<Record<string, unknown>>;

function differing(before: Values, after: Values): string[] {
  const names = Object.keys({ ...before, ...after });
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}
