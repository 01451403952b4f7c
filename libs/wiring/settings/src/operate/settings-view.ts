import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { ORIGINS, type LiveSettings, type Origin } from '@nestjs-spark/foundation/internal';
import type { CentralSettings } from '../refresh/central-settings.ts';
import { describeCondition } from '../refresh/settings-condition.ts';

/** One setting, and where its value comes from. */
@ApiSchema({ name: 'Setting' })
export class SettingView {
  @ApiProperty({ example: 'batchDocuments' })
  name!: string;

  @ApiProperty({ example: 'SPARK_BATCH_DOCUMENTS', description: 'Its environment variable' })
  variable!: string;

  @ApiProperty({ description: 'The value in use; any JSON', type: Object })
  value!: unknown;

  @ApiProperty({ enum: ORIGINS, description: 'Where it comes from; each overrides those after it' })
  origin!: Origin;

  @ApiProperty({ description: 'The central value, even where it is overruled; null for none', type: Object })
  central!: unknown;
}

@ApiSchema({ name: 'Settings' })
export class SettingsView {
  @ApiProperty({ type: Number, nullable: true, description: 'Of the central values in use; null for none' })
  version!: number | null;

  @ApiProperty({ enum: ['none', 'starting', 'current', 'away', 'refused'] })
  state!: string;

  @ApiProperty({ example: 'version 3, from NATS (127.0.0.1:4222)' })
  detail!: string;

  @ApiProperty({ type: [SettingView] })
  settings!: SettingView[];

  @ApiProperty({
    type: Object,
    description: 'Settings that are only read at startup, with their variables',
    example: { keysDir: 'SPARK_KEYS_DIR' },
  })
  startOnly!: Readonly<Record<string, string>>;
}

/** The effect of setting a value. */
@ApiSchema({ name: 'ChangedSetting' })
export class ChangedSetting extends SettingView {
  @ApiProperty({
    enum: ['now', 'overruled'],
    description: '`overruled`: an environment variable or an option overrides it at this instance',
  })
  effect!: 'now' | 'overruled';
}

@ApiSchema({ name: 'SettingsChange' })
export class SettingsChangeView {
  @ApiProperty()
  version!: number;

  @ApiProperty({ type: [ChangedSetting] })
  changed!: ChangedSetting[];
}

@ApiSchema({ name: 'SettingsVersion' })
export class SettingsVersionView {
  @ApiProperty()
  version!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: Object })
  values!: Readonly<Record<string, unknown>>;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The version that the values come from, after a rollback',
  })
  takenFrom!: number | null;
}

export function viewSettings(
  central: CentralSettings,
  startOnly: Readonly<Record<string, string>>,
): SettingsView {
  const { condition, current, place, live } = central;
  const version = current?.version ?? null;
  return {
    version,
    state: condition.state,
    detail: describeCondition(condition, version, place).detail,
    settings: Object.keys(live.schema).map((name) => viewSetting(live, current?.values ?? {}, name)),
    startOnly,
  };
}

/** The effect of a change on these settings. */
export function viewChange(central: CentralSettings, names: readonly string[]): SettingsChangeView {
  const { live, current } = central;
  const changed = names.map((name): ChangedSetting => {
    const view = viewSetting(live, current?.values ?? {}, name);
    const isOverruled = view.origin === 'option' || view.origin === 'environment';
    return { ...view, effect: isOverruled ? 'overruled' : 'now' };
  });
  return { version: current?.version ?? 0, changed };
}

function viewSetting(
  live: LiveSettings,
  central: Readonly<Record<string, unknown>>,
  name: string,
): SettingView {
  return {
    name,
    variable: live.schema[name]?.variable ?? '',
    value: live.read(name),
    origin: live.origin(name),
    central: central[name] ?? null,
  };
}
