import { Get, Inject } from '@nestjs/common';
import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { nameKey, sameName } from '@nestjs-spark/foundation/internal';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { FromCaller, requireOperator, type Caller } from '../admit/caller.ts';
import { SparkController } from '../admit/spark-controller.ts';
import { KeyRing } from '../identify/key-ring.ts';
import { JoinedRegistry, type RegistryPlace } from '../register/joined-registry.ts';
import { REGISTRY_IN_USE } from './tokens.ts';

/** One module of the registry. */
@ApiSchema({ name: 'RegisteredModule' })
export class RegisteredModule {
  @ApiProperty({ example: 'HR' })
  name!: string;

  @ApiProperty({ example: 'http://hr:5002', description: 'Empty for a module without HTTP' })
  url!: string;

  @ApiProperty()
  registeredAt!: string;

  @ApiProperty({ type: String, nullable: true })
  version!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'RFC 7638 thumbprint of its registered key' })
  thumbprint!: string | null;

  @ApiProperty({ description: 'Whether its registered key is trusted here' })
  trusted!: boolean;

  @ApiProperty({ enum: ['ravendb', 'nats'], isArray: true, description: 'The registries that have it' })
  in!: RegistryPlace[];
}

/** The registry as this module sees it, for operators. */
@SparkController('modules')
export class ModulesController {
  constructor(
    @Inject(REGISTRY_IN_USE) private readonly registry: ModuleRegistry,
    private readonly keys: KeyRing,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The registry as this module sees it (operators only)' })
  @ApiOkResponse({ type: [RegisteredModule] })
  async list(@FromCaller() caller: Caller): Promise<RegisteredModule[]> {
    requireOperator(caller);
    const [all, places, keys] = await Promise.all([
      this.registry.list(),
      this.registry instanceof JoinedRegistry ? this.registry.places() : null,
      this.keys.survey(),
    ]);
    return all.map(({ appName: name, appUrl: url, registeredAtUtc: registeredAt, version = null }) => {
      const key = keys.find(({ module }) => sameName(module, name));
      const thumbprint = key?.registered ?? null;
      const trusted = thumbprint !== null && key?.trusted.includes(thumbprint) === true;
      const found = places?.get(nameKey(name)) ?? ['nats'];
      return { name, url, registeredAt, version, thumbprint, trusted, in: [...found] };
    });
  }
}
