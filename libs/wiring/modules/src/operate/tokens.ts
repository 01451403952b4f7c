/** `ModuleRegistry`: the one that this module uses */
export const REGISTRY_IN_USE = Symbol('SPARK_REGISTRY_IN_USE');
