import { join } from 'node:path';

import { FIRMWARE_BYTES } from '../limits.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import type { Surroundings } from './surroundings.ts';

export type Landlord = 'amazon' | 'google' | 'azure';

/**
 * Whose machine this is, by what its firmware says (as cloud-init's ds-identify reads it). So a metadata service is only asked
 * where there is one: elsewhere its address may be anybody's.
 */
export async function landlord({ firmware }: Pick<Surroundings, 'firmware'>): Promise<Landlord | null> {
  // sysfs gives every file the size of a page.
  const read = async (name: string): Promise<string> => {
    const file = await readBoundedFile(join(firmware, name), FIRMWARE_BYTES);
    return file.ok ? Buffer.from(file.bytes).toString('latin1').trim() : '';
  };
  const [vendor, product, bios, chassis] = await Promise.all(
    ['sys_vendor', 'product_name', 'bios_version', 'chassis_asset_tag'].map(read),
  );
  if (vendor === 'Amazon EC2' || bios?.endsWith('.amazon') === true) return 'amazon';
  if (product === 'Google Compute Engine') return 'google';
  if (chassis === '7783-7084-3265-9085-8269-3286-77') return 'azure';
  return null;
}
