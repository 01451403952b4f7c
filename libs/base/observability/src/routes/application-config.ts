import type { ApplicationConfig, ModuleRef } from '@nestjs/core';

/** Nest gives its configuration to nobody by injection; each `ModuleRef` knows the container that has it. */
export function configOf(moduleRef: ModuleRef): ApplicationConfig | undefined {
  return moduleRef['container'].applicationConfig;
}
