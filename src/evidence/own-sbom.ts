import { digestOf } from '../registry/digest.ts';
import type { Evidence } from './collector.ts';

/** Where an SBOM of an image was found that lies in no registry. */
type Place = Required<Pick<Evidence, 'subject' | 'location' | 'origin'>>;

/** An SBOM that nobody has signed. */
export function ownSbom(place: Place, bytes: Uint8Array): Evidence {
  return { ...place, format: 'sbom', digest: digestOf(bytes), bytes, annotations: {} };
}

/** One that is there and could not be read, which is not as if there were none. */
export function unreadSbom(place: Place, why: string): Evidence {
  return { ...ownSbom(place, NOTHING), unread: why };
}

const NOTHING = Buffer.alloc(0);
