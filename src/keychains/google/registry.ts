/** Artifact Registry and Container Registry (Artifact Registry, "Configure authentication to Artifact Registry for Docker"). */
export function isGoogleRegistry(registry: string): boolean {
  return /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z0-9-]+\.)?gcr\.io)$/.test(registry);
}
