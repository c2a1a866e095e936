/** Where a registry of Amazon's is, and who gives out passwords for it. */
export interface EcrRegion {
  /** The host of the API that gives a password. */
  readonly api: string;
  readonly region: string;
  readonly service: 'ecr' | 'ecr-public';
}

/** `<account>.dkr.ecr.<region>.amazonaws.com`, or `dkr-ecr` and `on.aws` for IPv6 (ECR user guide, "Private registry authentication"). */
const PRIVATE =
  /^\d{12}\.dkr(?:\.ecr(-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?|amazonaws\.eu)|-ecr(-fips)?\.([a-z0-9-]+)\.on\.(aws|amazonwebservices\.com\.cn))$/;

/** The region of an ECR registry, `null` for any other. */
export function ecrRegion(registry: string): EcrRegion | null {
  // Amazon ECR Public has its API in this region alone.
  if (registry === 'public.ecr.aws')
    return { api: 'api.ecr-public.us-east-1.amazonaws.com', region: 'us-east-1', service: 'ecr-public' };
  const match = PRIVATE.exec(registry);
  if (match === null) return null;
  const [, fips, region = '', suffix, dualFips, dualRegion = '', dualSuffix] = match;
  const service = 'ecr';
  if (suffix === undefined) {
    const api = dualSuffix === 'aws' ? 'api.aws' : 'api.amazonwebservices.com.cn';
    return { api: `ecr${dualFips ?? ''}.${dualRegion}.${api}`, region: dualRegion, service };
  }
  return { api: `${fips === undefined ? 'api.ecr' : 'ecr-fips'}.${region}.${suffix}`, region, service };
}
