/**
 * A directory: who has which key is written down, key by key or tenant by
 * tenant, and changes by decision. Whoever routes keeps a copy with its
 * version; a copy that is too old is found out by the node that it names.
 */
import type { NodeId } from "../kernel/node.ts";

// #region directory
export type Directory = {
  readonly version: number;
  readonly homes: { readonly [tenant: string]: NodeId };
  /** Where those live that nobody has moved. */
  readonly usual: (tenant: string) => NodeId;
};

export function homeOf(directory: Directory, tenant: string): NodeId {
  return directory.homes[tenant] ?? directory.usual(tenant);
}

/** One tenant moves; the version tells old copies from new ones. */
export function moveTenant(
  directory: Directory,
  tenant: string,
  to: NodeId,
): Directory {
  return {
    ...directory,
    version: directory.version + 1,
    homes: { ...directory.homes, [tenant]: to },
  };
}
// #endregion directory

// #region route
export type Routed =
  | { readonly kind: "served"; readonly by: NodeId }
  | { readonly kind: "stale"; readonly version: number };

/** A node serves its own tenants and tells others how old they are. */
export function route(
  copy: Directory,
  truth: Directory,
  tenant: string,
): Routed {
  const asked = homeOf(copy, tenant);
  return asked === homeOf(truth, tenant)
    ? { kind: "served", by: asked }
    : { kind: "stale", version: truth.version };
}
// #endregion route
