import type { MatchedComponent } from './component-hit.ts';
import { NO_LAYER } from './layer-origin.ts';

/** A component that was found, as its SBOM alone has it. */
export function component(more: Partial<MatchedComponent> = {}): MatchedComponent {
  return {
    name: 'log4j-core',
    purl: null,
    version: '2.14.1',
    source: null,
    location: null,
    locations: [],
    layer: null,
    layers: [],
    origin: 'unknown',
    originReason: NO_LAYER,
    base: null,
    fixedIn: null,
    sbom: { standing: 'accepted', signer: null, format: 'cyclonedx 1.6', created: null },
    ...more,
  };
}
